// The public entry, and the only barrel: what is not named here may change at any time.
export { Client } from './client.ts';
export { BaseClient } from './base-client.ts';
export type { Parts, Replacements } from './base-client.ts';
export { Call, notAsked } from './call.ts';
export type { ResponseFacts, WithResponse } from './call.ts';
export type { CallOptions, ClientOptions, WebSocketClass } from './options.ts';
export type { Logger } from './logger.ts';
export type {
  ApiKey,
  AuditEntry,
  BillingDetails,
  Consent,
  Cost,
  CurrentPlan,
  Dashboard,
  DeviceGrant,
  Estimate,
  EventArchive,
  EventBucket,
  Invoice,
  InvoiceDetail,
  Job,
  Node,
  Notification,
  Payment,
  Plan,
  PlanChange,
  PlanSubscription,
  Presence,
  PrivacyRequest,
  UsageLevel,
  UsageReport,
  UsageSum,
  CustomRole,
  Event,
  Invitation,
  LinkedIdentity,
  Member,
  Organization,
  OrganizationMembership,
  Profile,
  RoleAssignment,
  Session,
  SignIn,
  Source,
  Team,
  Viewer,
} from './entities.ts';
export type { EventStream, FeedItem, SubscribeOptions } from './resources/events.ts';
export type { Auth, SignedIn } from './resources/auth.ts';
export type { Image } from './resources/sidecar.ts';
export type { Predict, PredictOptions } from './resources/predict.ts';
export type {
  Analyze,
  AnalyzeOptions,
  Embed,
  EmbedInput,
  EmbedOptions,
  ModelCatalogue,
  Redact,
  RedactOptions,
} from './resources/inference.ts';
export type {
  Box,
  ClassificationPrediction,
  Detection,
  DetectionPrediction,
  EmbeddingPrediction,
  FrameAnalysis,
  ListedModel,
  Model,
  Prediction,
  TextEmbeddings,
} from './rest-entities.ts';
export type * as Rest from './generated/rest.ts';
export type { SwitchedTo } from './resources/organizations.ts';
export type { Visit } from './resources/identities.ts';
export type { Credentials, Tokens } from './transport/credentials.ts';
export { sendByFetch } from './transport/send-by-fetch.ts';
export { createHttp, factsOf } from './transport/http.ts';
export type { Answer, Http } from './transport/http.ts';
export { newIdempotencyKey } from './transport/idempotency-key.ts';
export { expectPayload } from './errors/expect-payload.ts';
export { errorOfRest } from './errors/read-errors.ts';
export { createUploader } from './resources/uploads.ts';
export { defaultFallbackPolicy, liveWithFallback } from './transport/live-with-fallback.ts';
export type { FallbackPolicy } from './transport/live-with-fallback.ts';
export { createSocket } from './transport/socket.ts';
export { openSse } from './transport/sse/sse.ts';
export type { Live, LiveRequest, Send, Sink, Transport, WireAnswer, WireRequest } from './transport/transport.ts';
export { createAnalytics } from './resources/analytics.ts';
export { createArchives } from './resources/archives.ts';
export { createBilling } from './resources/billing.ts';
export { createDevices } from './resources/devices.ts';
export { createEstimates } from './resources/estimates.ts';
export { createFlags } from './resources/flags.ts';
export { createJobs } from './resources/jobs.ts';
export { createNodes } from './resources/nodes.ts';
export { createNotifications } from './resources/notifications.ts';
export { createPresence } from './resources/presence.ts';
export { createPrivacy } from './resources/privacy.ts';
export { createSandbox } from './resources/sandbox.ts';
export { createUsage } from './resources/usage.ts';
export type { DashboardInput, StatisticsInput } from './resources/analytics.ts';
export type { EstimateOptions } from './resources/estimates.ts';
export type { FeatureFlag } from './resources/flags.ts';
export type { FollowOptions } from './resources/follow.ts';
export type { TopOptions } from './resources/usage.ts';
export { createAccount } from './resources/account.ts';
export { createApiKeys } from './resources/api-keys.ts';
export { createAuditLog } from './resources/audit-log.ts';
export { createAuth } from './resources/auth.ts';
export { captureBatchMax, createCaptures } from './resources/captures.ts';
export type { CapturedEvent, CapturedUse, RecordCapture, RecordedCapture } from './resources/captures.ts';
export { createEvents } from './resources/events.ts';
export { createIdentities } from './resources/identities.ts';
export { createAnalyze, createEmbed, createModels, createRedact } from './resources/inference.ts';
export { createInvitations, createMembers } from './resources/members.ts';
export { createOrganizations } from './resources/organizations.ts';
export { createPredict } from './resources/predict.ts';
export { createRoles } from './resources/roles.ts';
export { createSecondFactor } from './resources/second-factor.ts';
export { createSessions } from './resources/sessions.ts';
export { createSignIns } from './resources/sign-ins.ts';
export { createSources } from './resources/sources.ts';
export type { SourceOverview } from './resources/sources.ts';
export { createTeams } from './resources/teams.ts';
export { isFinal } from './resources/sessions.ts';
export type { StartSession } from './resources/sessions.ts';
export { contentTypeOf } from './resources/content-types.ts';
export type { UploadFile, UploadOptions, UploadProgress } from './resources/uploads.ts';
export type { Page, PagedList, PageOptions } from './pagination.ts';
export type { Stream } from './transport/stream.ts';
export type { TypedDocument } from './transport/document.ts';
export type { GraphqlOptions } from './transport/graphql.ts';
export type { Backoff, ReconnectPolicy } from './transport/backoff.ts';
export { defaultBackoff, defaultReconnectPolicy } from './transport/backoff.ts';
export {
  AbortError,
  ConfigurationError,
  ConnectionError,
  ResponseInvalidError,
  TimeoutError,
} from './errors/connection-errors.ts';
export {
  AuthenticationError,
  ConflictError,
  InvalidRequestError,
  NotFoundError,
  PermissionDeniedError,
  PlanLimitError,
  RateLimitError,
  ServerError,
} from './errors/server-errors.ts';
export { SidecarErrorCode } from './generated/sidecar-codes.ts';
export { webhooks } from './webhooks/webhooks.ts';
export type { SignOptions, VerifyOptions, WebhookHeaders, WebhookMessage } from './webhooks/webhooks.ts';
export { WebhookInvalidError } from './webhooks/webhook-invalid-error.ts';
export { ClientErrorCode } from './errors/client-codes.ts';
export { clientErrors } from './errors/client-errors.ts';
export type { ClientErrorEntry, Language } from './errors/client-errors.ts';
export { explain } from './errors/explain.ts';
export type { Explanation } from './errors/explain.ts';
export { SightlineError, SightlineErrorCode } from './errors/sightline-error.ts';
export * from './generated/documents.ts';
export * from './generated/types.ts';
