# Friday in a container. Debian 13, because Python 3.12 and later need its newer SQLite for the jobs.

FROM python:3.13-slim-trixie AS build
WORKDIR /src
COPY requirements/bootstrap.txt requirements/app.lock requirements/
RUN python -m venv /friday \
    && /friday/bin/pip install --no-cache-dir --require-hashes -r requirements/bootstrap.txt \
    && /friday/bin/uv pip install --no-cache --python /friday/bin/python --require-hashes -r requirements/app.lock
COPY . .
RUN /friday/bin/uv pip install --no-cache --python /friday/bin/python --no-deps --no-build-isolation . \
    && /friday/bin/uv pip uninstall --python /friday/bin/python uv

FROM python:3.13-slim-trixie
RUN useradd --system --uid 10001 --home-dir /data --create-home friday
COPY --from=build /friday /friday
ENV PATH=/friday/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    FRIDAY_DATA_DIR=/data \
    FRIDAY_HOST=0.0.0.0 \
    FRIDAY_PORT=8000
USER friday
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['FRIDAY_PORT']}/health\", timeout=4)"]
ENTRYPOINT ["friday"]
CMD ["serve"]
