// The entry for React, and with the others the only barrels.
export { SightlineProvider, useSightline } from './react/provider.ts';
export type { ProviderProps } from './react/provider.ts';
export type { HookClient } from './react/hook-client.ts';
export { usePages, useResource } from './react/use-resource.ts';
export type { KeptPage, Pages, PagesOptions, ResourceKey, ResourceOptions } from './react/use-resource.ts';
export { useEvents, useStream } from './react/use-stream.ts';
export type { FeedConnection, FollowedEvents, StreamOptions, Streamed, UseEventsOptions } from './react/use-stream.ts';
