import type {
  ApiKeyFieldsFragment,
  EventFieldsFragment,
  LinkedIdentityFieldsFragment,
  ProfileFieldsFragment,
  SessionFieldsFragment,
  SignInFieldsFragment,
  SourceFieldsFragment,
  ViewerFieldsFragment,
} from './generated/types.ts';

// What the operations ask of each type, under the name people use for it. Times are ISO 8601 text.
export type ApiKey = ApiKeyFieldsFragment;
export type Event = EventFieldsFragment;
export type LinkedIdentity = LinkedIdentityFieldsFragment;
export type Profile = ProfileFieldsFragment;
export type Session = SessionFieldsFragment;
export type SignIn = SignInFieldsFragment;
export type Source = SourceFieldsFragment;
export type Viewer = ViewerFieldsFragment;
