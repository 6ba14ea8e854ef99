import type { WebSocketClass } from '@sightline/core';
import { WebSocket } from 'ws';

/** Node has one of its own from version 22 on. */
export const webSocketClass = (): WebSocketClass =>
  (globalThis as { WebSocket?: WebSocketClass }).WebSocket ?? (WebSocket as unknown as WebSocketClass);
