import type {
  ArchiveFieldsFragment,
  BillingDetailsQuery,
  ConsentFieldsFragment,
  CostFieldsFragment,
  CurrentPlanQuery,
  DashboardQuery,
  DeviceGrantQuery,
  EstimateFieldsFragment,
  EventStatisticsQuery,
  InvoiceDetailFieldsFragment,
  InvoiceFieldsFragment,
  JobFieldsFragment,
  NodesQuery,
  NotificationFieldsFragment,
  PaymentFieldsFragment,
  PlanFieldsFragment,
  PlanSubscriptionFieldsFragment,
  PresenceSubscription,
  PreviewPlanChangeQuery,
  PrivacyRequestFieldsFragment,
  UsageLiveSubscription,
  UsageQuery,
  UsageSumFieldsFragment,
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

/** What bills say about the buyer, as it was set. */
export type BillingDetails = NonNullable<NonNullable<BillingDetailsQuery['viewer']>['organization']['billingDetails']>;
export type Consent = ConsentFieldsFragment;
/** Amounts are in the smallest unit of the currency, such as cents. */
export type Cost = CostFieldsFragment;
export type CurrentPlan = NonNullable<CurrentPlanQuery['viewer']>['organization'];
export type Dashboard = DashboardQuery['dashboard'];
/** What a person decides on who was shown a code. */
export type DeviceGrant = NonNullable<DeviceGrantQuery['deviceGrant']>;
export type Estimate = EstimateFieldsFragment;
export type EventArchive = ArchiveFieldsFragment;
export type EventBucket = EventStatisticsQuery['eventStatistics'][number];
export type Invoice = InvoiceFieldsFragment;
/** A bill with its lines and both parties. */
export type InvoiceDetail = InvoiceDetailFieldsFragment;
export type Job = JobFieldsFragment;
/** Something that has an id; `__typename` says what. */
export type Node = NonNullable<NodesQuery['nodes'][number]>;
export type Notification = NotificationFieldsFragment;
export type Payment = PaymentFieldsFragment;
export type Plan = PlanFieldsFragment;
export type PlanChange = Extract<PreviewPlanChangeQuery['previewPlanChange'], { __typename: 'PlanChange' }>;
export type PlanSubscription = PlanSubscriptionFieldsFragment;
export type Presence = PresenceSubscription['presence'];
export type PrivacyRequest = PrivacyRequestFieldsFragment;
export type UsageLevel = UsageLiveSubscription['usageLive'];
export type UsageReport = UsageQuery['usage'];
export type UsageSum = UsageSumFieldsFragment;
