// node calls.mjs <baseUrl> <token> '{"link": "batch", "calls": [{"kind", "path", "input"}], "options"?}'
// Makes all calls in one tick; prints {settled: [{data} | {error}], order: [index], answers: […]}.
import { answers, asked, call, clientOver, print, shapeOf } from './client.mjs';

const client = clientOver(asked.link ?? 'batch', asked.options);
const order = [];

const settled = await Promise.all(
  asked.calls.map(async ({ kind, path, input }, index) => {
    try {
      const data = await call(client, kind ?? 'query', path, input);
      return { data, missing: data === undefined };
    } catch (error) {
      return { error: shapeOf(error) };
    } finally {
      order.push(index);
    }
  }),
);

print({ settled, order, answers });
