// The tRPC wire as this page needs it: one call, and one resumable subscription over fetch.

export class WireError extends Error {
  constructor(shape, status) {
    super(shape?.message ?? "The server did not answer.");
    this.code = shape?.data?.code ?? (status === 0 ? "OFFLINE" : "UNKNOWN");
    this.fields = shape?.data?.fields ?? {};
    this.choices = shape?.data?.choices ?? [];
  }
}

export class Wire {
  constructor(token) {
    this.token = token;
  }

  headers(more = {}) {
    return this.token ? { authorization: `Bearer ${this.token}`, ...more } : more;
  }

  async query(path, input) {
    const search = input === undefined ? "" : `?input=${encodeURIComponent(JSON.stringify(input))}`;
    return this.answer(fetch(`/trpc/${path}${search}`, { headers: this.headers(), credentials: "omit" }));
  }

  async mutate(path, input) {
    return this.answer(
      fetch(`/trpc/${path}`, {
        method: "POST",
        headers: this.headers({ "content-type": "application/json" }),
        credentials: "omit",
        body: input === undefined ? "" : JSON.stringify(input),
      }),
    );
  }

  async answer(going) {
    let response;
    let body;
    try {
      response = await going;
      body = await response.json();
    } catch {
      throw new WireError(null, 0);
    }
    if (body.error) throw new WireError(body.error, response.status);
    return body.result?.data;
  }

  // Yields {id, data}. Ends on `return` or a final error; a lost connection is resumed after the last id.
  async *subscribe(path, input, { signal, lastEventId } = {}) {
    let last = lastEventId;
    for (let pause = 500; ; pause = Math.min(pause * 2, 15000)) {
      try {
        for await (const event of this.once(path, { ...input, ...(last ? { lastEventId: last } : {}) }, signal)) {
          pause = 500;
          if (event.kind === "return") return;
          if (event.kind === "serialized-error") {
            const shape = JSON.parse(event.data);
            if (shape.code !== -32603) throw new WireError(shape, 200);
            break;
          }
          if (event.kind === "message") {
            last = event.id || last;
            yield { id: event.id, data: JSON.parse(event.data) };
          }
        }
      } catch (error) {
        if (signal?.aborted) return;
        if (error instanceof WireError && error.code !== "OFFLINE") throw error;
      }
      if (signal?.aborted) return;
      await new Promise((done) => setTimeout(done, pause * (0.7 + Math.random() * 0.6)));
    }
  }

  async *once(path, input, signal) {
    const address = `/trpc/${path}?input=${encodeURIComponent(JSON.stringify(input))}`;
    let response;
    try {
      response = await fetch(address, {
        headers: this.headers({ accept: "text/event-stream" }),
        credentials: "omit",
        signal,
      });
    } catch {
      throw new WireError(null, 0);
    }
    if (!response.ok) {
      const body = await response.json().catch(() => ({}));
      throw new WireError(body.error ?? null, response.status);
    }
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
      // 30 s without even a ping means that the line is dead, whatever the socket says.
      let timer;
      const silence = new Promise((_, fail) => {
        timer = setTimeout(() => fail(new WireError(null, 0)), 30000);
      });
      const { value, done } = await Promise.race([reader.read(), silence]).finally(() => clearTimeout(timer));
      if (done) return;
      rest += value.replaceAll("\r\n", "\n");
      for (let cut = rest.indexOf("\n\n"); cut >= 0; cut = rest.indexOf("\n\n")) {
        const event = parsed(rest.slice(0, cut));
        rest = rest.slice(cut + 2);
        if (event) yield event;
      }
    }
  }
}

function parsed(block) {
  const event = { kind: "message", id: "", data: null };
  for (const line of block.split("\n")) {
    const at = line.indexOf(":");
    if (at <= 0) continue;
    const value = line.slice(at + 1).replace(/^ /, "");
    const name = line.slice(0, at);
    if (name === "event") event.kind = value;
    else if (name === "id") event.id = value;
    else if (name === "data") event.data = event.data === null ? value : `${event.data}\n${value}`;
  }
  return event.data === null ? null : event;
}
