// What the schemas are made of: Slack's own types of what is shown, of a manifest and of the arguments of methods.
import type { AnyChunk, HomeView, KnownBlock, MessageAttachment, ModalView } from '@slack/types';
import type {} from '@slack/web-api';
import type { Manifest } from '@slack/web-api/dist/types/request/manifest';

export interface Shapes {
  block: KnownBlock;
  chunk: AnyChunk;
  home: HomeView;
  modal: ModalView;
  attachment: MessageAttachment;
}

export interface ManifestShape {
  manifest: Manifest;
}
