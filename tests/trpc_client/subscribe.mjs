// node subscribe.mjs <baseUrl> <token> '{"path", "input"?, "stopAfter"?, "patience"?}'
// Follows one subscription to its end; prints {events, started, states, ended, error?}.
import { createTRPCClient, httpSubscriptionLink } from '@trpc/client';
import { EventSource } from 'eventsource';
import { asked, baseUrl, print, shapeOf, token } from './client.mjs';

const client = createTRPCClient({
  links: [
    httpSubscriptionLink({
      url: baseUrl,
      EventSource,
      connectionParams: token ? { token } : undefined,
    }),
  ],
});

const seen = { events: [], started: 0, states: [], ended: null };

await new Promise((resolve) => {
  const end = (how, error) => {
    seen.ended ??= how;
    if (error) seen.error = shapeOf(error);
    clearTimeout(timer);
    subscription?.unsubscribe();
    resolve();
  };
  const timer = setTimeout(() => end('timeout'), asked.patience ?? 20_000);
  const procedure = asked.path.split('.').reduce((found, key) => found[key], client);
  const subscription = procedure.subscribe(asked.input, {
    onStarted: () => (seen.started += 1),
    onConnectionStateChange: ({ state, error }) =>
      seen.states.push(error ? { state, error: error.message } : { state }),
    onData: (event) => {
      seen.events.push(event);
      if (seen.events.length === asked.stopAfter) end('stopped by the client');
    },
    onComplete: () => end('complete'),
    onStopped: () => (seen.stopped = true),
    onError: (error) => end('error', error),
  });
});

print(seen);
process.exit(0);
