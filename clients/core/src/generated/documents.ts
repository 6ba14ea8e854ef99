import type { TypedDocument } from '../transport/document.ts';
import type * as Types from './types.ts';
export const AcceptInvitationDocument =
  'mutation AcceptInvitation($input:AcceptInvitationInput!){acceptInvitation(input:$input){__typename ...on AcceptInvitationPayload{token refreshToken expiresAt viewer{...ViewerFields}}...on UserError{code message hint retryable docs}}}fragment ViewerFields on Viewer{role permissions user{id name email}organization{id name plan{code name maxSources maxConcurrentSessions maxStoredBytes}}}' as TypedDocument<Types.AcceptInvitationMutation, Types.AcceptInvitationMutationVariables>;

export const AddTeamMemberDocument =
  'mutation AddTeamMember($input:AddTeamMemberInput!){addTeamMember(input:$input){team{...TeamFields}}}fragment TeamFields on Team{id name createdAt}' as TypedDocument<Types.AddTeamMemberMutation, Types.AddTeamMemberMutationVariables>;

export const AdvanceClockDocument =
  'mutation AdvanceClock($input:AdvanceClockInput!){advanceClock(input:$input){now}}' as TypedDocument<Types.AdvanceClockMutation, Types.AdvanceClockMutationVariables>;

export const ApiKeysDocument =
  'query ApiKeys($first:Int!$after:String){viewer{apiKeys(first:$first after:$after){edges{cursor node{...ApiKeyFields}}pageInfo{hasNextPage endCursor}}}}fragment ApiKeyFields on ApiKey{id name prefix scopes allowedAddresses limits{name max windowSeconds}createdAt lastUsedAt expiresAt previousExpiresAt revokedAt}' as TypedDocument<Types.ApiKeysQuery, Types.ApiKeysQueryVariables>;

export const ApproveDeviceDocument =
  'mutation ApproveDevice($input:DeviceDecisionInput!){approveDevice(input:$input){decided}}' as TypedDocument<Types.ApproveDeviceMutation, Types.ApproveDeviceMutationVariables>;

export const ArchivesDocument =
  'query Archives($first:Int!$after:String){archives(first:$first after:$after){edges{node{...ArchiveFields}}pageInfo{hasNextPage endCursor}}}fragment ArchiveFields on EventArchive{id firstSeq lastSeq eventCount byteSize sha256 startsAt endsAt createdAt url}' as TypedDocument<Types.ArchivesQuery, Types.ArchivesQueryVariables>;

export const ArtifactLinkDocument =
  'query ArtifactLink($id:ID!){node(id:$id){...on Artifact{url}}}' as TypedDocument<Types.ArtifactLinkQuery, Types.ArtifactLinkQueryVariables>;

export const AssignRoleDocument =
  'mutation AssignRole($input:AssignRoleInput!){assignRole(input:$input){assignment{...RoleAssignmentFields}}}fragment RoleAssignmentFields on RoleAssignment{id createdAt customRole{id name}membership{id}team{id name}source{id name}}' as TypedDocument<Types.AssignRoleMutation, Types.AssignRoleMutationVariables>;

export const AuditLogDocument =
  'query AuditLog($first:Int!$after:String$filter:AuditLogFilter){auditLog(first:$first after:$after filter:$filter){edges{node{...AuditEntryFields}}pageInfo{hasNextPage endCursor}}}fragment AuditEntryFields on AuditEntry{seq action at actorId actorApiKeyId targetType targetId requestId beforeHash afterHash hash actor{id name}}' as TypedDocument<Types.AuditLogQuery, Types.AuditLogQueryVariables>;

export const BillingDetailsDocument =
  'query BillingDetails{viewer{organization{billingDetails{name address country taxNumber}}}}' as TypedDocument<Types.BillingDetailsQuery, Types.BillingDetailsQueryVariables>;

export const CancelJobDocument =
  'mutation CancelJob($input:CancelJobInput!){cancelJob(input:$input){job{...JobFields}}}fragment JobFields on Job{jobId name state data error attemptCount attemptsMax workerId createdAt startsAt startedAt finishedAt}' as TypedDocument<Types.CancelJobMutation, Types.CancelJobMutationVariables>;

export const CancelSubscriptionDocument =
  'mutation CancelSubscription($input:CancelSubscriptionInput!){cancelSubscription(input:$input){__typename ...on PlanSubscriptionPayload{subscription{...PlanSubscriptionFields}}...on UserError{code message hint retryable docs}}}fragment PlanSubscriptionFields on PlanSubscription{id state plan{code name}planVersionNumber pendingPlanCode currency priceMinor periodStartsAt periodEndsAt trialEndsAt cancelAtPeriodEnd canceledAt pastDueSince graceEndsAt createdAt}' as TypedDocument<Types.CancelSubscriptionMutation, Types.CancelSubscriptionMutationVariables>;

export const ChangeMemberRoleDocument =
  'mutation ChangeMemberRole($input:ChangeMemberRoleInput!){changeMemberRole(input:$input){__typename ...on ChangeMemberRolePayload{membership{...MembershipFields}}...on UserError{code message hint retryable docs}}}fragment MembershipFields on Membership{id role createdAt user{id name email}}' as TypedDocument<Types.ChangeMemberRoleMutation, Types.ChangeMemberRoleMutationVariables>;

export const ChangePasswordDocument =
  'mutation ChangePassword($input:ChangePasswordInput!){changePassword(input:$input){__typename ...on ChangePasswordPayload{changed}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.ChangePasswordMutation, Types.ChangePasswordMutationVariables>;

export const ChangePlanDocument =
  'mutation ChangePlan($input:ChangePlanInput!){changePlan(input:$input){__typename ...on PlanSubscriptionPayload{subscription{...PlanSubscriptionFields}}...on UserError{code message hint retryable docs}}}fragment PlanSubscriptionFields on PlanSubscription{id state plan{code name}planVersionNumber pendingPlanCode currency priceMinor periodStartsAt periodEndsAt trialEndsAt cancelAtPeriodEnd canceledAt pastDueSince graceEndsAt createdAt}' as TypedDocument<Types.ChangePlanMutation, Types.ChangePlanMutationVariables>;

export const ConfirmIdentityLinkDocument =
  'mutation ConfirmIdentityLink($input:ConfirmIdentityLinkInput!){confirmIdentityLink(input:$input){__typename ...on ConfirmIdentityLinkPayload{email}...on UserError{code message}}}' as TypedDocument<Types.ConfirmIdentityLinkMutation, Types.ConfirmIdentityLinkMutationVariables>;

export const ConfirmTotpDocument =
  'mutation ConfirmTotp($input:ConfirmTotpInput!){confirmTotp(input:$input){__typename ...on ConfirmTotpPayload{recoveryCodes}...on UserError{code message}}}' as TypedDocument<Types.ConfirmTotpMutation, Types.ConfirmTotpMutationVariables>;

export const ConsentsDocument =
  'query Consents{viewer{consents{...ConsentFields}}}fragment ConsentFields on Consent{document version granted at}' as TypedDocument<Types.ConsentsQuery, Types.ConsentsQueryVariables>;

export const CostSoFarDocument =
  'query CostSoFar{costSoFar{...CostFields}}fragment CostFields on Cost{currency baseMinor totalMinor periodStartsAt periodEndsAt lines{meter quantity included unitAmountMinor perUnits amountMinor}}' as TypedDocument<Types.CostSoFarQuery, Types.CostSoFarQueryVariables>;

export const CreateApiKeyDocument =
  'mutation CreateApiKey($input:CreateApiKeyInput!){createApiKey(input:$input){secret apiKey{...ApiKeyFields}}}fragment ApiKeyFields on ApiKey{id name prefix scopes allowedAddresses limits{name max windowSeconds}createdAt lastUsedAt expiresAt previousExpiresAt revokedAt}' as TypedDocument<Types.CreateApiKeyMutation, Types.CreateApiKeyMutationVariables>;

export const CreateCustomRoleDocument =
  'mutation CreateCustomRole($input:CreateCustomRoleInput!){createCustomRole(input:$input){__typename ...on CreateCustomRolePayload{customRole{...CustomRoleFields}}...on UserError{code message hint retryable docs}}}fragment CustomRoleFields on CustomRole{id name permissions createdAt}' as TypedDocument<Types.CreateCustomRoleMutation, Types.CreateCustomRoleMutationVariables>;

export const CreateOrganizationDocument =
  'mutation CreateOrganization($input:CreateOrganizationInput!){createOrganization(input:$input){organization{organizationId name isSandbox role isCurrent}}}' as TypedDocument<Types.CreateOrganizationMutation, Types.CreateOrganizationMutationVariables>;

export const CreateSourceDocument =
  'mutation CreateSource($input:CreateSourceInput!){createSource(input:$input){__typename ...on CreateSourcePayload{source{...SourceFields}}...on SourceNameTakenError{sourceName}...on PlanLimitReachedError{limit allowed}...on UserError{code message hint retryable docs}}}fragment SourceFields on Source{id name kind path frameIntervalMs fileCount hasCredential createdAt}' as TypedDocument<Types.CreateSourceMutation, Types.CreateSourceMutationVariables>;

export const CreateTeamDocument =
  'mutation CreateTeam($input:CreateTeamInput!){createTeam(input:$input){__typename ...on CreateTeamPayload{team{...TeamFields}}...on UserError{code message hint retryable docs}}}fragment TeamFields on Team{id name createdAt}' as TypedDocument<Types.CreateTeamMutation, Types.CreateTeamMutationVariables>;

export const CreateUploadDocument =
  'mutation CreateUpload($input:CreateUploadInput!){createUpload(input:$input){__typename ...on CreateUploadPayload{uploadId url method headers{name value}expiresAt}...on PlanLimitReachedError{limit allowed}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.CreateUploadMutation, Types.CreateUploadMutationVariables>;

export const CurrentPlanDocument =
  'query CurrentPlan{viewer{organization{plan{...PlanFields}subscription{...PlanSubscriptionFields}}}}fragment PlanFields on Plan{code name rank versionNumber interval currency priceMinor prices{meter unitAmountMinor perUnits included}trialDays graceDays maxSources maxConcurrentSessions maxSeats maxStoredBytes maxRetentionDays maxLiveConnections maxQueryCost requestsPerMinute inferencePerMinute predictionsPerPeriod predictionsAreHard}fragment PlanSubscriptionFields on PlanSubscription{id state plan{code name}planVersionNumber pendingPlanCode currency priceMinor periodStartsAt periodEndsAt trialEndsAt cancelAtPeriodEnd canceledAt pastDueSince graceEndsAt createdAt}' as TypedDocument<Types.CurrentPlanQuery, Types.CurrentPlanQueryVariables>;

export const CustomRolesDocument =
  'query CustomRoles($first:Int!$after:String){viewer{organization{customRoles(first:$first after:$after){edges{node{...CustomRoleFields}}pageInfo{hasNextPage endCursor}}}}}fragment CustomRoleFields on CustomRole{id name permissions createdAt}' as TypedDocument<Types.CustomRolesQuery, Types.CustomRolesQueryVariables>;

export const DashboardDocument =
  'query Dashboard($grain:EventStatisticsGrain!$from:DateTime$to:DateTime){dashboard(grain:$grain from:$from to:$to){asOf from to grain isWhole maxAgeMs eventCount eventsPerMinute sessionsActive sessionsQueued sourceCount sourcesOnline buckets{startsAt eventCount eventsPerMinute averageConfidence}byLabel{label eventCount eventsPerMinute}bySource{sourceId name eventCount eventsPerMinute}byType{type eventCount eventsPerMinute}usage{meter quantity actCount}}}' as TypedDocument<Types.DashboardQuery, Types.DashboardQueryVariables>;

export const DeadJobsDocument =
  'query DeadJobs($name:String$first:Int!$after:String){deadJobs(name:$name first:$first after:$after){edges{node{...JobFields}}pageInfo{hasNextPage endCursor}}}fragment JobFields on Job{jobId name state data error attemptCount attemptsMax workerId createdAt startsAt startedAt finishedAt}' as TypedDocument<Types.DeadJobsQuery, Types.DeadJobsQueryVariables>;

export const DeleteCustomRoleDocument =
  'mutation DeleteCustomRole($input:DeleteCustomRoleInput!){deleteCustomRole(input:$input){deletedId}}' as TypedDocument<Types.DeleteCustomRoleMutation, Types.DeleteCustomRoleMutationVariables>;

export const DeleteOrganizationDocument =
  'mutation DeleteOrganization($input:DeleteOrganizationInput!){deleteOrganization(input:$input){deletedId}}' as TypedDocument<Types.DeleteOrganizationMutation, Types.DeleteOrganizationMutationVariables>;

export const DeleteTeamDocument =
  'mutation DeleteTeam($input:DeleteTeamInput!){deleteTeam(input:$input){deletedId}}' as TypedDocument<Types.DeleteTeamMutation, Types.DeleteTeamMutationVariables>;

export const DenyDeviceDocument =
  'mutation DenyDevice($input:DeviceDecisionInput!){denyDevice(input:$input){decided}}' as TypedDocument<Types.DenyDeviceMutation, Types.DenyDeviceMutationVariables>;

export const DeviceGrantDocument =
  'query DeviceGrant($userCode:String!){deviceGrant(userCode:$userCode){clientName deviceName address place createdAt expiresAt}}' as TypedDocument<Types.DeviceGrantQuery, Types.DeviceGrantQueryVariables>;

export const DisableTotpDocument =
  'mutation DisableTotp{disableTotp{secondFactor{enabled}}}' as TypedDocument<Types.DisableTotpMutation, Types.DisableTotpMutationVariables>;

export const EnrollTotpDocument =
  'mutation EnrollTotp{enrollTotp{__typename ...on EnrollTotpPayload{secret uri}...on UserError{code message}}}' as TypedDocument<Types.EnrollTotpMutation, Types.EnrollTotpMutationVariables>;

export const EraseMeDocument =
  'mutation EraseMe($input:EraseMeInput!){eraseMe(input:$input){__typename ...on EraseMePayload{erased}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.EraseMeMutation, Types.EraseMeMutationVariables>;

export const EstimateDocument =
  'query Estimate($operation:String!$variables:String$operationName:String$sessionSeconds:Int!$sessionFrames:Int){estimate(operation:$operation variables:$variables operationName:$operationName sessionSeconds:$sessionSeconds sessionFrames:$sessionFrames){...EstimateFields}}fragment EstimateFields on Estimate{isRehearsed queryCost charges{meter units amountMinor currency}left{name left limit resetsAt}refusals{code message retryAfterMs}}' as TypedDocument<Types.EstimateQuery, Types.EstimateQueryVariables>;

export const EstimateSessionDocument =
  'query EstimateSession($input:StartSessionInput!$seconds:Int!$frames:Int){estimateSession(input:$input seconds:$seconds frames:$frames){...EstimateFields}}fragment EstimateFields on Estimate{isRehearsed queryCost charges{meter units amountMinor currency}left{name left limit resetsAt}refusals{code message retryAfterMs}}' as TypedDocument<Types.EstimateSessionQuery, Types.EstimateSessionQueryVariables>;

export const EventFeedDocument =
  'subscription EventFeed($after:String$filter:EventFilter){eventFeed(after:$after filter:$filter progress:true){__typename ...on Event{...EventFields}...on Gap{fromSeq toSeq}...on FeedProgress{cursor}}}fragment EventFields on Event{id seq cursor type occurredAt recordedAt frameIndex trackNumber label confidence box{x y width height}source{id name}session{id}snapshot{id contentType url}}' as TypedDocument<Types.EventFeedSubscription, Types.EventFeedSubscriptionVariables>;

export const EventsDocument =
  'query Events($filter:EventFilter$first:Int!$after:String){events(filter:$filter first:$first after:$after){edges{cursor node{...EventFields}}pageInfo{hasNextPage endCursor}}}fragment EventFields on Event{id seq cursor type occurredAt recordedAt frameIndex trackNumber label confidence box{x y width height}source{id name}session{id}snapshot{id contentType url}}' as TypedDocument<Types.EventsQuery, Types.EventsQueryVariables>;

export const EventStatisticsDocument =
  'query EventStatistics($from:DateTime!$to:DateTime!$grain:EventStatisticsGrain!$groupBy:EventGroup!$filter:EventStatisticsFilter){eventStatistics(from:$from to:$to grain:$grain groupBy:$groupBy filter:$filter){startsAt countedFrom countedTo eventCount averageConfidence label sourceId type}}' as TypedDocument<Types.EventStatisticsQuery, Types.EventStatisticsQueryVariables>;

export const ExportAuditLogDocument =
  'mutation ExportAuditLog($input:ExportAuditLogInput!){exportAuditLog(input:$input){content entryCount lastSeq hasMore}}' as TypedDocument<Types.ExportAuditLogMutation, Types.ExportAuditLogMutationVariables>;

export const FeatureFlagsDocument =
  'query FeatureFlags{featureFlags{name isOn}}' as TypedDocument<Types.FeatureFlagsQuery, Types.FeatureFlagsQueryVariables>;

export const ForecastDocument =
  'query Forecast{forecast{...CostFields}}fragment CostFields on Cost{currency baseMinor totalMinor periodStartsAt periodEndsAt lines{meter quantity included unitAmountMinor perUnits amountMinor}}' as TypedDocument<Types.ForecastQuery, Types.ForecastQueryVariables>;

export const IdentityProvidersDocument =
  'query IdentityProviders{identityProviders{name title}}' as TypedDocument<Types.IdentityProvidersQuery, Types.IdentityProvidersQueryVariables>;

export const InvitationsDocument =
  'query Invitations($first:Int!$after:String){viewer{organization{invitations(first:$first after:$after){edges{node{...InvitationFields}}pageInfo{hasNextPage endCursor}}}}}fragment InvitationFields on Invitation{id email role createdAt expiresAt acceptedAt revokedAt invitedBy{id name}}' as TypedDocument<Types.InvitationsQuery, Types.InvitationsQueryVariables>;

export const InviteMemberDocument =
  'mutation InviteMember($input:InviteMemberInput!){inviteMember(input:$input){__typename ...on InviteMemberPayload{invitation{...InvitationFields}}...on UserError{code message hint retryable docs}...on TooManyAttemptsError{retryAfterMs}...on PlanLimitReachedError{limit allowed}}}fragment InvitationFields on Invitation{id email role createdAt expiresAt acceptedAt revokedAt invitedBy{id name}}' as TypedDocument<Types.InviteMemberMutation, Types.InviteMemberMutationVariables>;

export const InvoiceDocument =
  'query Invoice($id:ID!){invoice(id:$id){...InvoiceDetailFields}}fragment InvoiceDetailFields on Invoice{...InvoiceFields buyer{...InvoicePartyFields}seller{...InvoicePartyFields}lines{position description meter quantity included unitAmountMinor perUnits amountMinor periodStartsAt periodEndsAt}}fragment InvoiceFields on Invoice{id number kind state currency issuedAt dueAt periodStartsAt periodEndsAt subtotalMinor taxBasisPoints taxMinor totalMinor dueMinor creditedMinor creditedNumber note pdfPath csvPath}fragment InvoicePartyFields on InvoiceParty{name address country taxNumber}' as TypedDocument<Types.InvoiceQuery, Types.InvoiceQueryVariables>;

export const InvoicesDocument =
  'query Invoices($state:InvoiceState$first:Int!$after:String){invoices(state:$state first:$first after:$after){edges{node{...InvoiceFields}}pageInfo{hasNextPage endCursor}}}fragment InvoiceFields on Invoice{id number kind state currency issuedAt dueAt periodStartsAt periodEndsAt subtotalMinor taxBasisPoints taxMinor totalMinor dueMinor creditedMinor creditedNumber note pdfPath csvPath}' as TypedDocument<Types.InvoicesQuery, Types.InvoicesQueryVariables>;

export const JobsDocument =
  'query Jobs($name:String$state:JobState$first:Int!$after:String){jobs(name:$name state:$state first:$first after:$after){edges{node{...JobFields}}pageInfo{hasNextPage endCursor}}}fragment JobFields on Job{jobId name state data error attemptCount attemptsMax workerId createdAt startsAt startedAt finishedAt}' as TypedDocument<Types.JobsQuery, Types.JobsQueryVariables>;

export const LastEventDocument =
  'query LastEvent{events(last:1){edges{cursor}}}' as TypedDocument<Types.LastEventQuery, Types.LastEventQueryVariables>;

export const LatestEventsDocument =
  'query LatestEvents($filter:EventFilter$last:Int!$before:String){events(filter:$filter last:$last before:$before){edges{cursor node{...EventFields}}pageInfo{hasPreviousPage startCursor}}}fragment EventFields on Event{id seq cursor type occurredAt recordedAt frameIndex trackNumber label confidence box{x y width height}source{id name}session{id}snapshot{id contentType url}}' as TypedDocument<Types.LatestEventsQuery, Types.LatestEventsQueryVariables>;

export const LeaveOrganizationDocument =
  'mutation LeaveOrganization{leaveOrganization{__typename ...on LeaveOrganizationPayload{left}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.LeaveOrganizationMutation, Types.LeaveOrganizationMutationVariables>;

export const LinkedIdentitiesDocument =
  'query LinkedIdentities{viewer{identities{...LinkedIdentityFields}}}fragment LinkedIdentityFields on LinkedIdentity{id provider email createdAt lastUsedAt}' as TypedDocument<Types.LinkedIdentitiesQuery, Types.LinkedIdentitiesQueryVariables>;

export const LinkIdentityDocument =
  'mutation LinkIdentity($input:LinkIdentityInput!){linkIdentity(input:$input){__typename ...on LinkIdentityPayload{identity{...LinkedIdentityFields}}...on UserError{code message}}}fragment LinkedIdentityFields on LinkedIdentity{id provider email createdAt lastUsedAt}' as TypedDocument<Types.LinkIdentityMutation, Types.LinkIdentityMutationVariables>;

export const MarkNotificationsReadDocument =
  'mutation MarkNotificationsRead($input:MarkNotificationsReadInput!){markNotificationsRead(input:$input){count}}' as TypedDocument<Types.MarkNotificationsReadMutation, Types.MarkNotificationsReadMutationVariables>;

export const MembersDocument =
  'query Members($first:Int!$after:String){viewer{organization{members(first:$first after:$after){edges{node{...MembershipFields}}pageInfo{hasNextPage endCursor}}}}}fragment MembershipFields on Membership{id role createdAt user{id name email}}' as TypedDocument<Types.MembersQuery, Types.MembersQueryVariables>;

export const MyOrganizationsDocument =
  'query MyOrganizations{viewer{organizations{organizationId name isSandbox role isCurrent}}}' as TypedDocument<Types.MyOrganizationsQuery, Types.MyOrganizationsQueryVariables>;

export const NewRecoveryCodesDocument =
  'mutation NewRecoveryCodes{newRecoveryCodes{recoveryCodes}}' as TypedDocument<Types.NewRecoveryCodesMutation, Types.NewRecoveryCodesMutationVariables>;

export const NodesDocument =
  'query Nodes($ids:[ID!]!){nodes(ids:$ids){__typename id ...on Source{...SourceFields}...on Session{...SessionFields}...on Event{...EventFields}...on Team{...TeamFields}}}fragment EventFields on Event{id seq cursor type occurredAt recordedAt frameIndex trackNumber label confidence box{x y width height}source{id name}session{id}snapshot{id contentType url}}fragment SessionFields on Session{id source{id name}pipelines profile runBy state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}fragment SourceFields on Source{id name kind path frameIntervalMs fileCount hasCredential createdAt}fragment TeamFields on Team{id name createdAt}' as TypedDocument<Types.NodesQuery, Types.NodesQueryVariables>;

export const NotificationAddedDocument =
  'subscription NotificationAdded{notificationAdded{...NotificationFields}}fragment NotificationFields on Notification{id kind values{name value}createdAt readAt}' as TypedDocument<Types.NotificationAddedSubscription, Types.NotificationAddedSubscriptionVariables>;

export const NotificationsDocument =
  'query Notifications($unreadOnly:Boolean$first:Int!$after:String){notifications(unreadOnly:$unreadOnly first:$first after:$after){edges{node{...NotificationFields}}pageInfo{hasNextPage endCursor}}}fragment NotificationFields on Notification{id kind values{name value}createdAt readAt}' as TypedDocument<Types.NotificationsQuery, Types.NotificationsQueryVariables>;

export const OpenBillingPortalDocument =
  'mutation OpenBillingPortal($input:OpenBillingPortalInput!){openBillingPortal(input:$input){__typename ...on PaymentPagePayload{url}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.OpenBillingPortalMutation, Types.OpenBillingPortalMutationVariables>;

export const OrganizationDocument =
  'query Organization{viewer{organization{...OrganizationFields}}}fragment OrganizationFields on Organization{id name isSandbox now createdAt retention{snapshotDays eventDays archiveDays auditDays}}' as TypedDocument<Types.OrganizationQuery, Types.OrganizationQueryVariables>;

export const PaymentsDocument =
  'query Payments($first:Int!$after:String){payments(first:$first after:$after){edges{node{...PaymentFields}}pageInfo{hasNextPage endCursor}}}fragment PaymentFields on Payment{invoiceNumber provider state currency amountMinor createdAt}' as TypedDocument<Types.PaymentsQuery, Types.PaymentsQueryVariables>;

export const PlansDocument =
  'query Plans{plans{...PlanFields}}fragment PlanFields on Plan{code name rank versionNumber interval currency priceMinor prices{meter unitAmountMinor perUnits included}trialDays graceDays maxSources maxConcurrentSessions maxSeats maxStoredBytes maxRetentionDays maxLiveConnections maxQueryCost requestsPerMinute inferencePerMinute predictionsPerPeriod predictionsAreHard}' as TypedDocument<Types.PlansQuery, Types.PlansQueryVariables>;

export const PresenceDocument =
  'subscription Presence($sourceId:ID){presence(sourceId:$sourceId){sourceId presentCount present{userId name activity since}}}' as TypedDocument<Types.PresenceSubscription, Types.PresenceSubscriptionVariables>;

export const PreviewPlanChangeDocument =
  'query PreviewPlanChange($planCode:String!){previewPlanChange(planCode:$planCode){__typename ...on PlanChange{at currency chargeMinor creditMinor}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.PreviewPlanChangeQuery, Types.PreviewPlanChangeQueryVariables>;

export const PrivacyRequestsDocument =
  'query PrivacyRequests{viewer{privacyRequests{...PrivacyRequestFields}}}fragment PrivacyRequestFields on PrivacyRequest{id kind state requestedAt finishedAt expiresAt url}' as TypedDocument<Types.PrivacyRequestsQuery, Types.PrivacyRequestsQueryVariables>;

export const ProfileDocument =
  'query Profile{viewer{profile{...ProfileFields}}}fragment ProfileFields on Profile{email name locale timeZone emailVerified hasPassword}' as TypedDocument<Types.ProfileQuery, Types.ProfileQueryVariables>;

export const RecordCaptureDocument =
  'mutation RecordCapture($input:RecordCaptureInput!){recordCapture(input:$input){__typename ...on RecordCapturePayload{acceptedSeq isDuplicate session{id state}}...on BatchOutOfOrderError{expected}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.RecordCaptureMutation, Types.RecordCaptureMutationVariables>;

export const RecordConsentDocument =
  'mutation RecordConsent($input:RecordConsentInput!){recordConsent(input:$input){viewer{consents{...ConsentFields}}}}fragment ConsentFields on Consent{document version granted at}' as TypedDocument<Types.RecordConsentMutation, Types.RecordConsentMutationVariables>;

export const RefreshTokenDocument =
  'mutation RefreshToken($input:RefreshTokenInput!){refreshToken(input:$input){__typename ...on RefreshTokenPayload{token refreshToken expiresAt}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.RefreshTokenMutation, Types.RefreshTokenMutationVariables>;

export const RemoveMemberDocument =
  'mutation RemoveMember($input:RemoveMemberInput!){removeMember(input:$input){__typename ...on RemoveMemberPayload{removedId}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.RemoveMemberMutation, Types.RemoveMemberMutationVariables>;

export const RemoveTeamMemberDocument =
  'mutation RemoveTeamMember($input:RemoveTeamMemberInput!){removeTeamMember(input:$input){team{...TeamFields}}}fragment TeamFields on Team{id name createdAt}' as TypedDocument<Types.RemoveTeamMemberMutation, Types.RemoveTeamMemberMutationVariables>;

export const RenameTeamDocument =
  'mutation RenameTeam($input:RenameTeamInput!){renameTeam(input:$input){__typename ...on RenameTeamPayload{team{...TeamFields}}...on UserError{code message hint retryable docs}}}fragment TeamFields on Team{id name createdAt}' as TypedDocument<Types.RenameTeamMutation, Types.RenameTeamMutationVariables>;

export const RequestEmailChangeDocument =
  'mutation RequestEmailChange($input:RequestEmailChangeInput!){requestEmailChange(input:$input){__typename ...on RequestEmailChangePayload{email}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.RequestEmailChangeMutation, Types.RequestEmailChangeMutationVariables>;

export const RequestExportDocument =
  'mutation RequestExport{requestExport{viewer{privacyRequests{...PrivacyRequestFields}}}}fragment PrivacyRequestFields on PrivacyRequest{id kind state requestedAt finishedAt expiresAt url}' as TypedDocument<Types.RequestExportMutation, Types.RequestExportMutationVariables>;

export const RequestPasswordResetDocument =
  'mutation RequestPasswordReset($input:RequestPasswordResetInput!){requestPasswordReset(input:$input){__typename ...on RequestPasswordResetPayload{email}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.RequestPasswordResetMutation, Types.RequestPasswordResetMutationVariables>;

export const RerollApiKeyDocument =
  'mutation RerollApiKey($input:RerollApiKeyInput!){rerollApiKey(input:$input){secret apiKey{...ApiKeyFields}}}fragment ApiKeyFields on ApiKey{id name prefix scopes allowedAddresses limits{name max windowSeconds}createdAt lastUsedAt expiresAt previousExpiresAt revokedAt}' as TypedDocument<Types.RerollApiKeyMutation, Types.RerollApiKeyMutationVariables>;

export const ResendVerificationDocument =
  'mutation ResendVerification($input:ResendVerificationInput!){resendVerification(input:$input){__typename ...on ResendVerificationPayload{email}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.ResendVerificationMutation, Types.ResendVerificationMutationVariables>;

export const ResetPasswordDocument =
  'mutation ResetPassword($input:ResetPasswordInput!){resetPassword(input:$input){__typename ...on ResetPasswordPayload{email deviceToken}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.ResetPasswordMutation, Types.ResetPasswordMutationVariables>;

export const ResumeSubscriptionDocument =
  'mutation ResumeSubscription{resumeSubscription{__typename ...on PlanSubscriptionPayload{subscription{...PlanSubscriptionFields}}...on UserError{code message hint retryable docs}}}fragment PlanSubscriptionFields on PlanSubscription{id state plan{code name}planVersionNumber pendingPlanCode currency priceMinor periodStartsAt periodEndsAt trialEndsAt cancelAtPeriodEnd canceledAt pastDueSince graceEndsAt createdAt}' as TypedDocument<Types.ResumeSubscriptionMutation, Types.ResumeSubscriptionMutationVariables>;

export const RetryJobDocument =
  'mutation RetryJob($input:RetryJobInput!){retryJob(input:$input){job{...JobFields}}}fragment JobFields on Job{jobId name state data error attemptCount attemptsMax workerId createdAt startsAt startedAt finishedAt}' as TypedDocument<Types.RetryJobMutation, Types.RetryJobMutationVariables>;

export const RevokeApiKeyDocument =
  'mutation RevokeApiKey($input:RevokeApiKeyInput!){revokeApiKey(input:$input){apiKey{...ApiKeyFields}}}fragment ApiKeyFields on ApiKey{id name prefix scopes allowedAddresses limits{name max windowSeconds}createdAt lastUsedAt expiresAt previousExpiresAt revokedAt}' as TypedDocument<Types.RevokeApiKeyMutation, Types.RevokeApiKeyMutationVariables>;

export const RevokeInvitationDocument =
  'mutation RevokeInvitation($input:RevokeInvitationInput!){revokeInvitation(input:$input){invitation{...InvitationFields}}}fragment InvitationFields on Invitation{id email role createdAt expiresAt acceptedAt revokedAt invitedBy{id name}}' as TypedDocument<Types.RevokeInvitationMutation, Types.RevokeInvitationMutationVariables>;

export const RevokeSignInDocument =
  'mutation RevokeSignIn($input:RevokeSignInInput!){revokeSignIn(input:$input){revoked}}' as TypedDocument<Types.RevokeSignInMutation, Types.RevokeSignInMutationVariables>;

export const RoleAssignmentsDocument =
  'query RoleAssignments($id:ID!$first:Int!$after:String){node(id:$id){__typename ...on CustomRole{assignments(first:$first after:$after){edges{node{...RoleAssignmentFields}}pageInfo{hasNextPage endCursor}}}}}fragment RoleAssignmentFields on RoleAssignment{id createdAt customRole{id name}membership{id}team{id name}source{id name}}' as TypedDocument<Types.RoleAssignmentsQuery, Types.RoleAssignmentsQueryVariables>;

export const SecondFactorDocument =
  'query SecondFactor{viewer{secondFactor{enabled recoveryCodesLeft}}}' as TypedDocument<Types.SecondFactorQuery, Types.SecondFactorQueryVariables>;

export const SessionDocument =
  'query Session($id:ID!){session(id:$id){...SessionFields}}fragment SessionFields on Session{id source{id name}pipelines profile runBy state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}' as TypedDocument<Types.SessionQuery, Types.SessionQueryVariables>;

export const SessionChangedDocument =
  'subscription SessionChanged($id:ID!){sessionChanged(id:$id){...SessionFields}}fragment SessionFields on Session{id source{id name}pipelines profile runBy state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}' as TypedDocument<Types.SessionChangedSubscription, Types.SessionChangedSubscriptionVariables>;

export const SessionsDocument =
  'query Sessions($filter:SessionFilter$first:Int!$after:String){sessions(filter:$filter first:$first after:$after){edges{cursor node{...SessionFields}}pageInfo{hasNextPage endCursor}}}fragment SessionFields on Session{id source{id name}pipelines profile runBy state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}' as TypedDocument<Types.SessionsQuery, Types.SessionsQueryVariables>;

export const SetActivityDocument =
  'mutation SetActivity($input:SetActivityInput!){setActivity(input:$input){isShown}}' as TypedDocument<Types.SetActivityMutation, Types.SetActivityMutationVariables>;

export const SetBillingDetailsDocument =
  'mutation SetBillingDetails($input:SetBillingDetailsInput!){setBillingDetails(input:$input){isSet}}' as TypedDocument<Types.SetBillingDetailsMutation, Types.SetBillingDetailsMutationVariables>;

export const SetRetentionDocument =
  'mutation SetRetention($input:SetRetentionInput!){setRetention(input:$input){__typename ...on SetRetentionPayload{organization{...OrganizationFields}}...on UserError{code message hint retryable docs}...on PlanLimitReachedError{limit allowed}}}fragment OrganizationFields on Organization{id name isSandbox now createdAt retention{snapshotDays eventDays archiveDays auditDays}}' as TypedDocument<Types.SetRetentionMutation, Types.SetRetentionMutationVariables>;

export const SetSourceCredentialDocument =
  'mutation SetSourceCredential($input:SetSourceCredentialInput!){setSourceCredential(input:$input){source{...SourceFields}}}fragment SourceFields on Source{id name kind path frameIntervalMs fileCount hasCredential createdAt}' as TypedDocument<Types.SetSourceCredentialMutation, Types.SetSourceCredentialMutationVariables>;

export const SignInDocument =
  'mutation SignIn($input:SignInInput!){signIn(input:$input){__typename ...on SignInPayload{token refreshToken deviceToken expiresAt viewer{...ViewerFields}}...on SecondFactorRequired{ticket expiresAt}...on UserError{code message hint retryable docs}}}fragment ViewerFields on Viewer{role permissions user{id name email}organization{id name plan{code name maxSources maxConcurrentSessions maxStoredBytes}}}' as TypedDocument<Types.SignInMutation, Types.SignInMutationVariables>;

export const SignInsDocument =
  'query SignIns($first:Int!$after:String){viewer{signIns(first:$first after:$after){edges{cursor node{...SignInFields}}pageInfo{hasNextPage endCursor}}}}fragment SignInFields on SignIn{id kind deviceName userAgent address place createdAt lastSeenAt expiresAt current}' as TypedDocument<Types.SignInsQuery, Types.SignInsQueryVariables>;

export const SignInWithIdentityDocument =
  'mutation SignInWithIdentity($input:SignInWithIdentityInput!){signInWithIdentity(input:$input){__typename ...on SignInWithIdentityPayload{token refreshToken deviceToken expiresAt viewer{...ViewerFields}}...on SecondFactorRequired{ticket expiresAt}...on IdentityLinkPending{email}...on UserError{code message}}}fragment ViewerFields on Viewer{role permissions user{id name email}organization{id name plan{code name maxSources maxConcurrentSessions maxStoredBytes}}}' as TypedDocument<Types.SignInWithIdentityMutation, Types.SignInWithIdentityMutationVariables>;

export const SignInWithSecondFactorDocument =
  'mutation SignInWithSecondFactor($input:SignInWithSecondFactorInput!){signInWithSecondFactor(input:$input){__typename ...on SignInWithSecondFactorPayload{token refreshToken deviceToken expiresAt viewer{...ViewerFields}}...on UserError{code message}}}fragment ViewerFields on Viewer{role permissions user{id name email}organization{id name plan{code name maxSources maxConcurrentSessions maxStoredBytes}}}' as TypedDocument<Types.SignInWithSecondFactorMutation, Types.SignInWithSecondFactorMutationVariables>;

export const SignOutDocument =
  'mutation SignOut{signOut{signedOut}}' as TypedDocument<Types.SignOutMutation, Types.SignOutMutationVariables>;

export const SignOutEverywhereDocument =
  'mutation SignOutEverywhere($input:SignOutEverywhereInput!){signOutEverywhere(input:$input){count}}' as TypedDocument<Types.SignOutEverywhereMutation, Types.SignOutEverywhereMutationVariables>;

export const SignUpDocument =
  'mutation SignUp($input:SignUpInput!){signUp(input:$input){__typename ...on SignUpPayload{token refreshToken deviceToken expiresAt viewer{...ViewerFields}}...on SignUpPending{email}...on UserError{code message hint retryable docs}}}fragment ViewerFields on Viewer{role permissions user{id name email}organization{id name plan{code name maxSources maxConcurrentSessions maxStoredBytes}}}' as TypedDocument<Types.SignUpMutation, Types.SignUpMutationVariables>;

export const SourceDocument =
  'query Source($id:ID!){source(id:$id){...SourceFields}}fragment SourceFields on Source{id name kind path frameIntervalMs fileCount hasCredential createdAt}' as TypedDocument<Types.SourceQuery, Types.SourceQueryVariables>;

export const SourceOverviewDocument =
  'query SourceOverview($id:ID!){source(id:$id){...SourceFields sessions(last:10){edges{node{...SessionFields}}}watched:sessions(last:2){edges{node{events(last:60 filter:{types:[OBJECT_ENTERED OBJECT_UPDATED OBJECT_LEFT]}){edges{node{...EventFields}}}}}}}}fragment EventFields on Event{id seq cursor type occurredAt recordedAt frameIndex trackNumber label confidence box{x y width height}source{id name}session{id}snapshot{id contentType url}}fragment SessionFields on Session{id source{id name}pipelines profile runBy state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}fragment SourceFields on Source{id name kind path frameIntervalMs fileCount hasCredential createdAt}' as TypedDocument<Types.SourceOverviewQuery, Types.SourceOverviewQueryVariables>;

export const SourceOverviewsDocument =
  'query SourceOverviews($first:Int!$after:String){sources(first:$first after:$after){edges{cursor node{...SourceFields sessions(last:2){edges{node{...SessionFields events(last:1 filter:{types:[OBJECT_ENTERED OBJECT_UPDATED]}){edges{node{...EventFields}}}}}}}}pageInfo{hasNextPage endCursor}}}fragment EventFields on Event{id seq cursor type occurredAt recordedAt frameIndex trackNumber label confidence box{x y width height}source{id name}session{id}snapshot{id contentType url}}fragment SessionFields on Session{id source{id name}pipelines profile runBy state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}fragment SourceFields on Source{id name kind path frameIntervalMs fileCount hasCredential createdAt}' as TypedDocument<Types.SourceOverviewsQuery, Types.SourceOverviewsQueryVariables>;

export const SourcesDocument =
  'query Sources($first:Int!$after:String){sources(first:$first after:$after){edges{cursor node{...SourceFields}}pageInfo{hasNextPage endCursor}}}fragment SourceFields on Source{id name kind path frameIntervalMs fileCount hasCredential createdAt}' as TypedDocument<Types.SourcesQuery, Types.SourcesQueryVariables>;

export const StartCheckoutDocument =
  'mutation StartCheckout($input:StartCheckoutInput!){startCheckout(input:$input){__typename ...on PaymentPagePayload{url}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.StartCheckoutMutation, Types.StartCheckoutMutationVariables>;

export const StartIdentityLinkDocument =
  'mutation StartIdentityLink($input:StartIdentityLinkInput!){startIdentityLink(input:$input){__typename ...on StartIdentityLinkPayload{url verifier}...on UserError{code message}}}' as TypedDocument<Types.StartIdentityLinkMutation, Types.StartIdentityLinkMutationVariables>;

export const StartIdentitySignInDocument =
  'mutation StartIdentitySignIn($input:StartIdentitySignInInput!){startIdentitySignIn(input:$input){__typename ...on StartIdentitySignInPayload{url verifier}...on UserError{code message}}}' as TypedDocument<Types.StartIdentitySignInMutation, Types.StartIdentitySignInMutationVariables>;

export const StartSessionDocument =
  'mutation StartSession($input:StartSessionInput!){startSession(input:$input){__typename ...on StartSessionPayload{session{...SessionFields}}...on PlanLimitReachedError{limit allowed}...on UserError{code message hint retryable docs}}}fragment SessionFields on Session{id source{id name}pipelines profile runBy state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}' as TypedDocument<Types.StartSessionMutation, Types.StartSessionMutationVariables>;

export const StepUpDocument =
  'mutation StepUp($input:StepUpInput!){stepUp(input:$input){__typename ...on StepUpPayload{provedAt}...on UserError{code message}}}' as TypedDocument<Types.StepUpMutation, Types.StepUpMutationVariables>;

export const StopSessionDocument =
  'mutation StopSession($input:StopSessionInput!){stopSession(input:$input){session{...SessionFields}}}fragment SessionFields on Session{id source{id name}pipelines profile runBy state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}' as TypedDocument<Types.StopSessionMutation, Types.StopSessionMutationVariables>;

export const SubscribeDocument =
  'mutation Subscribe($input:SubscribeInput!){subscribe(input:$input){__typename ...on PlanSubscriptionPayload{subscription{...PlanSubscriptionFields}}...on UserError{code message hint retryable docs}}}fragment PlanSubscriptionFields on PlanSubscription{id state plan{code name}planVersionNumber pendingPlanCode currency priceMinor periodStartsAt periodEndsAt trialEndsAt cancelAtPeriodEnd canceledAt pastDueSince graceEndsAt createdAt}' as TypedDocument<Types.SubscribeMutation, Types.SubscribeMutationVariables>;

export const SwitchOrganizationDocument =
  'mutation SwitchOrganization($input:SwitchOrganizationInput!){switchOrganization(input:$input){token refreshToken expiresAt viewer{...ViewerFields}}}fragment ViewerFields on Viewer{role permissions user{id name email}organization{id name plan{code name maxSources maxConcurrentSessions maxStoredBytes}}}' as TypedDocument<Types.SwitchOrganizationMutation, Types.SwitchOrganizationMutationVariables>;

export const TeamMembersDocument =
  'query TeamMembers($id:ID!$first:Int!$after:String){node(id:$id){__typename ...on Team{members(first:$first after:$after){edges{node{...MembershipFields}}pageInfo{hasNextPage endCursor}}}}}fragment MembershipFields on Membership{id role createdAt user{id name email}}' as TypedDocument<Types.TeamMembersQuery, Types.TeamMembersQueryVariables>;

export const TeamsDocument =
  'query Teams($first:Int!$after:String){viewer{organization{teams(first:$first after:$after){edges{node{...TeamFields}}pageInfo{hasNextPage endCursor}}}}}fragment TeamFields on Team{id name createdAt}' as TypedDocument<Types.TeamsQuery, Types.TeamsQueryVariables>;

export const TopConsumersDocument =
  'query TopConsumers($by:UsageConsumer!$meter:Meter!$first:Int!$from:DateTime$to:DateTime){topConsumers(by:$by meter:$meter first:$first from:$from to:$to){...UsageSumFields}}fragment UsageSumFields on UsageSum{meter quantity actCount day apiKeyId model sourceId name}' as TypedDocument<Types.TopConsumersQuery, Types.TopConsumersQueryVariables>;

export const UnassignRoleDocument =
  'mutation UnassignRole($input:UnassignRoleInput!){unassignRole(input:$input){unassignedId}}' as TypedDocument<Types.UnassignRoleMutation, Types.UnassignRoleMutationVariables>;

export const UnlinkIdentityDocument =
  'mutation UnlinkIdentity($input:UnlinkIdentityInput!){unlinkIdentity(input:$input){viewer{role}}}' as TypedDocument<Types.UnlinkIdentityMutation, Types.UnlinkIdentityMutationVariables>;

export const UnreadCountDocument =
  'query UnreadCount{unreadCount}' as TypedDocument<Types.UnreadCountQuery, Types.UnreadCountQueryVariables>;

export const UpdateApiKeyDocument =
  'mutation UpdateApiKey($input:UpdateApiKeyInput!){updateApiKey(input:$input){apiKey{...ApiKeyFields}}}fragment ApiKeyFields on ApiKey{id name prefix scopes allowedAddresses limits{name max windowSeconds}createdAt lastUsedAt expiresAt previousExpiresAt revokedAt}' as TypedDocument<Types.UpdateApiKeyMutation, Types.UpdateApiKeyMutationVariables>;

export const UpdateCustomRoleDocument =
  'mutation UpdateCustomRole($input:UpdateCustomRoleInput!){updateCustomRole(input:$input){__typename ...on UpdateCustomRolePayload{customRole{...CustomRoleFields}}...on UserError{code message hint retryable docs}}}fragment CustomRoleFields on CustomRole{id name permissions createdAt}' as TypedDocument<Types.UpdateCustomRoleMutation, Types.UpdateCustomRoleMutationVariables>;

export const UpdateOrganizationDocument =
  'mutation UpdateOrganization($input:UpdateOrganizationInput!){updateOrganization(input:$input){organization{...OrganizationFields}}}fragment OrganizationFields on Organization{id name isSandbox now createdAt retention{snapshotDays eventDays archiveDays auditDays}}' as TypedDocument<Types.UpdateOrganizationMutation, Types.UpdateOrganizationMutationVariables>;

export const UpdateProfileDocument =
  'mutation UpdateProfile($input:UpdateProfileInput!){updateProfile(input:$input){viewer{profile{...ProfileFields}}}}fragment ProfileFields on Profile{email name locale timeZone emailVerified hasPassword}' as TypedDocument<Types.UpdateProfileMutation, Types.UpdateProfileMutationVariables>;

export const UsageDocument =
  'query Usage($filter:UsageFilter!){usage(filter:$filter){from to isCut totals{meter quantity actCount}groups{...UsageSumFields}}}fragment UsageSumFields on UsageSum{meter quantity actCount day apiKeyId model sourceId name}' as TypedDocument<Types.UsageQuery, Types.UsageQueryVariables>;

export const UsageLiveDocument =
  'subscription UsageLive($meter:Meter!){usageLive(meter:$meter){meter used left limit resetsAt at}}' as TypedDocument<Types.UsageLiveSubscription, Types.UsageLiveSubscriptionVariables>;

export const VerifyEmailDocument =
  'mutation VerifyEmail($input:VerifyEmailInput!){verifyEmail(input:$input){__typename ...on VerifyEmailPayload{email}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.VerifyEmailMutation, Types.VerifyEmailMutationVariables>;

export const ViewerDocument =
  'query Viewer{viewer{...ViewerFields}}fragment ViewerFields on Viewer{role permissions user{id name email}organization{id name plan{code name maxSources maxConcurrentSessions maxStoredBytes}}}' as TypedDocument<Types.ViewerQuery, Types.ViewerQueryVariables>;