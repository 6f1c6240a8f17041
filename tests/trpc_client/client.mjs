// What all scripts share: the arguments, and links that write down what went over the wire.
import { createTRPCClient, httpBatchLink, httpBatchStreamLink, httpLink } from '@trpc/client';

export const [baseUrl, token, ...rest] = process.argv.slice(2);
export const asked = rest.length ? JSON.parse(rest[0]) : {};

const headers = () => (token ? { authorization: `Bearer ${token}` } : {});

/** Answers of the server, in the order in which they came. */
export const answers = [];

async function watchedFetch(input, init) {
  const response = await fetch(input, init);
  const text = await response.clone().text();
  answers.push({
    method: init?.method ?? 'GET',
    path: new URL(input).pathname,
    status: response.status,
    contentType: response.headers.get('content-type'),
    allow: response.headers.get('allow'),
    text,
  });
  return response;
}

const LINKS = { single: httpLink, batch: httpBatchLink, stream: httpBatchStreamLink };

/** A client over the link called `link`: single, batch or stream. */
export function clientOver(link, options = {}) {
  return createTRPCClient({
    links: [LINKS[link]({ url: baseUrl, headers, fetch: watchedFetch, ...options })],
  });
}

/** Calls `path` as a user of the typed client would: client.books.get.query(input). */
export function call(client, kind, path, input) {
  const procedure = path.split('.').reduce((found, key) => found[key], client);
  return procedure[{ query: 'query', mutation: 'mutate' }[kind]](input);
}

export function shapeOf(error) {
  return { name: error.name, message: error.message, code: error.shape?.code, data: error.data };
}

export function print(value) {
  process.stdout.write(JSON.stringify(value) + '\n');
}
