import type {
  ApiKeyFieldsFragment,
  AuditEntryFieldsFragment,
  CustomRoleFieldsFragment,
  EventFieldsFragment,
  InvitationFieldsFragment,
  LinkedIdentityFieldsFragment,
  MembershipFieldsFragment,
  MyOrganizationsQuery,
  OrganizationFieldsFragment,
  ProfileFieldsFragment,
  RoleAssignmentFieldsFragment,
  SessionFieldsFragment,
  SignInFieldsFragment,
  SourceFieldsFragment,
  TeamFieldsFragment,
  ViewerFieldsFragment,
} from './generated/types.ts';

// What the operations ask of each type, under the name people use for it. Times are ISO 8601 text.
export type ApiKey = ApiKeyFieldsFragment;
export type AuditEntry = AuditEntryFieldsFragment;
export type CustomRole = CustomRoleFieldsFragment;
export type Event = EventFieldsFragment;
export type LinkedIdentity = LinkedIdentityFieldsFragment;
export type Invitation = InvitationFieldsFragment;
export type Member = MembershipFieldsFragment;
export type Organization = OrganizationFieldsFragment;
/** An organization as one of a person's. */
export type OrganizationMembership = NonNullable<MyOrganizationsQuery['viewer']>['organizations'][number];
export type Profile = ProfileFieldsFragment;
export type RoleAssignment = RoleAssignmentFieldsFragment;
export type Session = SessionFieldsFragment;
export type SignIn = SignInFieldsFragment;
export type Source = SourceFieldsFragment;
export type Team = TeamFieldsFragment;
export type Viewer = ViewerFieldsFragment;
