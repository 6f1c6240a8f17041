// Writes shapes.json, manifest.json and arguments.json from Slack's own TypeScript types; README.md says how to run it.
import { writeFileSync } from 'node:fs';
import { createGenerator } from 'ts-json-schema-generator';

const METHODS = {
  'agents.sessions.setStatus': 'AgentsSessionsSetStatusArguments',
  'assistant.threads.setStatus': 'AssistantThreadsSetStatusArguments',
  'assistant.threads.setSuggestedPrompts': 'AssistantThreadsSetSuggestedPromptsArguments',
  'assistant.threads.setTitle': 'AssistantThreadsSetTitleArguments',
  'auth.revoke': 'AuthRevokeArguments',
  'chat.appendStream': 'ChatAppendStreamArguments',
  'chat.delete': 'ChatDeleteArguments',
  'chat.getPermalink': 'ChatGetPermalinkArguments',
  'chat.postEphemeral': 'ChatPostEphemeralArguments',
  'chat.postMessage': 'ChatPostMessageArguments',
  'chat.startStream': 'ChatStartStreamArguments',
  'chat.stopStream': 'ChatStopStreamArguments',
  'chat.update': 'ChatUpdateArguments',
  'conversations.history': 'ConversationsHistoryArguments',
  'conversations.info': 'ConversationsInfoArguments',
  'conversations.open': 'ConversationsOpenArguments',
  'conversations.replies': 'ConversationsRepliesArguments',
  'files.completeUploadExternal': 'FilesCompleteUploadExternalArguments',
  'files.getUploadURLExternal': 'FilesGetUploadURLExternalArguments',
  'files.info': 'FilesInfoArguments',
  'oauth.v2.access': 'OAuthV2AccessArguments',
  'reactions.add': 'ReactionsAddArguments',
  'users.info': 'UsersInfoArguments',
  'users.lookupByEmail': 'UsersLookupByEmailArguments',
  'views.open': 'ViewsOpenArguments',
  'views.publish': 'ViewsPublishArguments',
  'views.push': 'ViewsPushArguments',
  'views.update': 'ViewsUpdateArguments',
};

const generator = createGenerator({
  path: 'shapes.ts',
  tsconfig: 'tsconfig.json',
  skipTypeCheck: true,
  expose: 'export',
});

const schema = (type) => generator.createSchema(type);

function save(name, content) {
  writeFileSync(name, `${JSON.stringify(content, null, 1)}\n`);
}

// A block of no known type would pass as `Block`, so that a misspelt one did too.
function strict(node, key) {
  if (Array.isArray(node)) {
    return node.filter((one) => one?.$ref !== '#/definitions/Block').map((one) => strict(one));
  }
  if (node === null || typeof node !== 'object') return node;
  const kept = Object.entries(node).filter(
    ([name]) => key === 'properties' || key === 'definitions' || name !== 'description',
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, strict(value, name)]));
}

function shapes(type) {
  const whole = strict(schema(type));
  delete whole.definitions.Block;
  return whole;
}

// One table a method: {name: {types, required}}, the branches of a union taken together.
function merged(node, definitions) {
  if (node.$ref) return merged(definitions[decodeURIComponent(node.$ref.split('/').pop())], definitions);
  if (!node.anyOf) return node;
  const branches = node.anyOf.map((one) => merged(one, definitions));
  const properties = {};
  for (const branch of branches) {
    for (const [name, value] of Object.entries(branch.properties ?? {})) {
      properties[name] = { anyOf: [...(properties[name]?.anyOf ?? []), value] };
    }
  }
  const required = (branches[0].required ?? []).filter((name) =>
    branches.every((branch) => branch.required?.includes(name)),
  );
  return { properties, required };
}

function types(node, definitions) {
  if (node.$ref) return types(definitions[decodeURIComponent(node.$ref.split('/').pop())], definitions);
  if (node.anyOf) return node.anyOf.flatMap((one) => types(one, definitions));
  return node.not ? [] : [node.type].flat();
}

function table(type) {
  const { definitions } = schema(type);
  const { properties, required = [] } = merged(definitions[type], definitions);
  const names = Object.keys(properties).filter((name) => name !== 'token');
  return Object.fromEntries(
    names.sort().map((name) => {
      const kinds = [...new Set(types(properties[name], definitions))].sort();
      return [name, { types: kinds, required: required.includes(name) }];
    }),
  );
}

save('shapes.json', shapes('Shapes'));
save('manifest.json', shapes('ManifestShape'));
save(
  'arguments.json',
  Object.fromEntries(Object.entries(METHODS).map(([name, type]) => [name, table(type)])),
);
