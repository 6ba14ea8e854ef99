/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type AcceptInvitationInput = {
  /** From the link in the mail. */
  readonly token: string;
};

export type AddTeamMemberInput = {
  readonly membershipId: string;
  readonly teamId: string;
};

export type AdvanceClockInput = {
  /** A duration of ISO 8601, such as `P30D`, `P1M` or `PT12H`; 400 days at most. Days have 24 hours. */
  readonly by: string;
};

export type ApiKeyLimitInput = {
  /** At least 1. */
  readonly max: number;
  readonly name: ApiKeyLimitName;
  /** From a second to a day. */
  readonly windowSeconds: number;
};

/** What can be limited for a key, beside what the plan allows. */
export const ApiKeyLimitName = {
  /** Requests to the inference sidecar, at an even rate. */
  INFERENCE: 'INFERENCE',
  /** GraphQL operations, on HTTP and on WebSockets. */
  REQUESTS: 'REQUESTS'
} as const;

export type ApiKeyLimitName = typeof ApiKeyLimitName[keyof typeof ApiKeyLimitName];
export const ApiKeyScope = {
  /** Reads members, roles and the audit log. */
  AUDIT: 'AUDIT',
  /** `/predict` and its sisters on the inference sidecar. */
  INFER: 'INFER',
  /** Everything that can be read. */
  READ: 'READ',
  /** Sources, uploads and sessions: create, start, stop. */
  WRITE: 'WRITE'
} as const;

export type ApiKeyScope = typeof ApiKeyScope[keyof typeof ApiKeyScope];
/** A part of a frame, in fractions of its width and height, 0 to 1; origin at the top left. */
export type AreaInput = {
  readonly height: number;
  /** The share of the box that has to lie inside; left out, any part is enough. */
  readonly minOverlap?: number | null | undefined;
  readonly width: number;
  readonly x: number;
  readonly y: number;
};

/** Give exactly one of `membershipId` and `teamId`. */
export type AssignRoleInput = {
  readonly customRoleId: string;
  readonly membershipId?: string | null | undefined;
  readonly sourceId: string;
  readonly teamId?: string | null | undefined;
};

export const AuditExportFormat = {
  /** For spreadsheets. */
  CSV: 'CSV',
  /** One JSON object a line; `npm run audit -- verify --file` checks it. */
  NDJSON: 'NDJSON'
} as const;

export type AuditExportFormat = typeof AuditExportFormat[keyof typeof AuditExportFormat];
/** Entries must pass every condition that is given. */
export type AuditLogFilter = {
  readonly actions?: ReadonlyArray<string> | null | undefined;
  /** A user. */
  readonly actorId?: string | null | undefined;
  /** Inclusive. */
  readonly from?: string | null | undefined;
  readonly requestId?: string | null | undefined;
  /** What was changed. */
  readonly targetId?: string | null | undefined;
  /** Exclusive. */
  readonly to?: string | null | undefined;
};

export const BillingInterval = {
  MONTH: 'MONTH',
  YEAR: 'YEAR'
} as const;

export type BillingInterval = typeof BillingInterval[keyof typeof BillingInterval];
/** A part of a frame, in fractions of its width and height, 0 to 1; origin at the top left. */
export type BoxInput = {
  readonly height: number;
  readonly width: number;
  readonly x: number;
  readonly y: number;
};

export type CancelJobInput = {
  readonly jobId: string;
};

export type CancelSubscriptionInput = {
  /** False: at once. What is paid for is not paid back. */
  readonly atPeriodEnd?: boolean;
};

export type CapturedEventInput = {
  readonly box: BoxInput;
  readonly confidence: number;
  readonly frameIndex: number;
  readonly label: string;
  /** By the clock of the device. */
  readonly occurredAt: string;
  /** The object, numbered within the capture from 1. */
  readonly trackNumber: number;
  readonly type: CapturedEventType;
};

export const CapturedEventType = {
  OBJECT_ENTERED: 'OBJECT_ENTERED',
  OBJECT_LEFT: 'OBJECT_LEFT',
  OBJECT_UPDATED: 'OBJECT_UPDATED'
} as const;

export type CapturedEventType = typeof CapturedEventType[keyof typeof CapturedEventType];
/** One prediction of the device’s own sidecar. */
export type CapturedUseInput = {
  /** By the clock of the device. */
  readonly at: string;
  /** The `x-call-id` of the same call, where our sidecar was asked first and its answer did not come: what it counted is not counted again. */
  readonly callId?: string | null | undefined;
  /** Pictures or texts. */
  readonly count?: number;
  /** A UUID of its own: told again, also in another batch, it counts once. */
  readonly id: string;
  /** `name@version`. */
  readonly model: string;
  /** Such as `detection`. */
  readonly task: string;
};

export type ChangeMemberRoleInput = {
  readonly membershipId: string;
  readonly role: Role;
};

export type ChangePasswordInput = {
  /** Null for those who have none yet. */
  readonly currentPassword?: string | null | undefined;
  /** 10 to 128 characters. */
  readonly newPassword: string;
};

export type ChangePlanInput = {
  readonly planCode: string;
  readonly when: PlanChangeTime;
};

export type ConfirmIdentityLinkInput = {
  /** Out of the link in the mail. */
  readonly token: string;
};

export type ConfirmTotpInput = {
  /** What the app shows. */
  readonly code: string;
};

export type CreateApiKeyInput = {
  /** Addresses and networks (`203.0.113.0/24`, `2001:db8::/32`) it may be used from; none: from anywhere. */
  readonly allowedAddresses?: ReadonlyArray<string> | null | undefined;
  /** Null: until it is revoked. */
  readonly expiresAt?: string | null | undefined;
  readonly limits?: ReadonlyArray<ApiKeyLimitInput> | null | undefined;
  readonly name: string;
  readonly scopes: ReadonlyArray<ApiKeyScope>;
};

export type CreateCustomRoleInput = {
  readonly name: string;
  /** Of those that can be given for single sources: READ, SOURCES_WRITE, SESSIONS_WRITE. */
  readonly permissions: ReadonlyArray<Permission>;
};

export type CreateOrganizationInput = {
  /** For trying out: its clock can be moved, and its bills are no bills. Default false; never changes. */
  readonly isSandbox?: boolean | null | undefined;
  readonly name: string;
};

/** Give exactly one of `path` and `uploadIds`. */
export type CreateSourceInput = {
  /** Source time between two pictures; 1000 unless given. */
  readonly frameIntervalMs?: number | null | undefined;
  readonly kind: SourceKind;
  readonly name: string;
  /** A folder of pictures or a video file on the host, inside a directory the operator allows. */
  readonly path?: string | null | undefined;
  /** Finished uploads, in playing order. */
  readonly uploadIds?: ReadonlyArray<string> | null | undefined;
};

export type CreateTeamInput = {
  readonly name: string;
};

export type CreateUploadInput = {
  readonly byteSize: number;
  readonly contentType: string;
  /** For people only; never used as a path. */
  readonly fileName: string;
};

export type DeleteCustomRoleInput = {
  readonly id: string;
};

export type DeleteOrganizationInput = {
  /** Its name, so that nobody deletes the wrong one. */
  readonly name: string;
};

export type DeleteTeamInput = {
  readonly id: string;
};

export type DeviceDecisionInput = {
  readonly userCode: string;
};

export type EraseMeInput = {
  /** Your own address, to confirm. */
  readonly email: string;
};

/** Every code a caller can meet; each has its heading in docs/errors.md. */
export const ErrorCode = {
  ACCESS_DENIED: 'ACCESS_DENIED',
  ALREADY_MEMBER: 'ALREADY_MEMBER',
  AUTHORIZATION_PENDING: 'AUTHORIZATION_PENDING',
  BAD_REQUEST: 'BAD_REQUEST',
  BATCHING_NOT_SUPPORTED: 'BATCHING_NOT_SUPPORTED',
  BATCH_OUT_OF_ORDER: 'BATCH_OUT_OF_ORDER',
  BODY_TOO_LARGE: 'BODY_TOO_LARGE',
  CREDENTIALS_INVALID: 'CREDENTIALS_INVALID',
  CSRF_REFUSED: 'CSRF_REFUSED',
  CURSOR_INVALID: 'CURSOR_INVALID',
  DEADLINE_EXCEEDED: 'DEADLINE_EXCEEDED',
  DOCUMENT_UNKNOWN: 'DOCUMENT_UNKNOWN',
  EMAIL_NOT_VERIFIED: 'EMAIL_NOT_VERIFIED',
  EMAIL_TAKEN: 'EMAIL_TAKEN',
  ERASURE_BLOCKED: 'ERASURE_BLOCKED',
  EXPIRED_TOKEN: 'EXPIRED_TOKEN',
  FILE_TYPE_REFUSED: 'FILE_TYPE_REFUSED',
  FORBIDDEN: 'FORBIDDEN',
  GRAPHQL_PARSE_FAILED: 'GRAPHQL_PARSE_FAILED',
  GRAPHQL_VALIDATION_FAILED: 'GRAPHQL_VALIDATION_FAILED',
  HEADERS_TOO_LARGE: 'HEADERS_TOO_LARGE',
  IDEMPOTENCY_IN_FLIGHT: 'IDEMPOTENCY_IN_FLIGHT',
  IDEMPOTENCY_KEY_REUSED: 'IDEMPOTENCY_KEY_REUSED',
  IDENTITY_REFUSED: 'IDENTITY_REFUSED',
  IDENTITY_TAKEN: 'IDENTITY_TAKEN',
  INGEST_BUSY: 'INGEST_BUSY',
  INPUT_INVALID: 'INPUT_INVALID',
  INTERNAL_SERVER_ERROR: 'INTERNAL_SERVER_ERROR',
  INVALID_GRANT: 'INVALID_GRANT',
  INVOICE_CHANGE_REFUSED: 'INVOICE_CHANGE_REFUSED',
  JOB_NOT_FAILED: 'JOB_NOT_FAILED',
  KEY_ADDRESS_REFUSED: 'KEY_ADDRESS_REFUSED',
  KEY_LIMIT_REACHED: 'KEY_LIMIT_REACHED',
  LAST_OWNER: 'LAST_OWNER',
  LINK_INVALID: 'LINK_INVALID',
  METHOD_NOT_ALLOWED: 'METHOD_NOT_ALLOWED',
  NOT_ACCEPTABLE: 'NOT_ACCEPTABLE',
  NOT_FOUND: 'NOT_FOUND',
  ORIGIN_REFUSED: 'ORIGIN_REFUSED',
  PASSWORD_REFUSED: 'PASSWORD_REFUSED',
  PAYMENT_FAILED: 'PAYMENT_FAILED',
  PAYMENT_REQUIRED: 'PAYMENT_REQUIRED',
  PIPELINE_UNKNOWN: 'PIPELINE_UNKNOWN',
  PLAN_LIMIT_REACHED: 'PLAN_LIMIT_REACHED',
  QUERY_TOO_COMPLEX: 'QUERY_TOO_COMPLEX',
  QUOTA_EXCEEDED: 'QUOTA_EXCEEDED',
  RATE_LIMITED: 'RATE_LIMITED',
  READER_TOO_SLOW: 'READER_TOO_SLOW',
  REFRESH_TOKEN_INVALID: 'REFRESH_TOKEN_INVALID',
  REFRESH_TOKEN_REUSED: 'REFRESH_TOKEN_REUSED',
  REQUEST_TIMEOUT: 'REQUEST_TIMEOUT',
  ROLE_NAME_TAKEN: 'ROLE_NAME_TAKEN',
  SANDBOX_ONLY: 'SANDBOX_ONLY',
  SCOPE_MISSING: 'SCOPE_MISSING',
  SECOND_FACTOR_ENABLED: 'SECOND_FACTOR_ENABLED',
  SECOND_FACTOR_INVALID: 'SECOND_FACTOR_INVALID',
  SERVICE_UNAVAILABLE: 'SERVICE_UNAVAILABLE',
  SLOW_DOWN: 'SLOW_DOWN',
  SOURCE_EMPTY: 'SOURCE_EMPTY',
  SOURCE_NAME_TAKEN: 'SOURCE_NAME_TAKEN',
  SOURCE_PATH_REFUSED: 'SOURCE_PATH_REFUSED',
  STEP_UP_REQUIRED: 'STEP_UP_REQUIRED',
  SUBSCRIPTION_CHANGE_REFUSED: 'SUBSCRIPTION_CHANGE_REFUSED',
  TEAM_NAME_TAKEN: 'TEAM_NAME_TAKEN',
  TOKEN_INVALID: 'TOKEN_INVALID',
  TOO_MANY_ATTEMPTS: 'TOO_MANY_ATTEMPTS',
  TOO_MANY_SUBSCRIPTIONS: 'TOO_MANY_SUBSCRIPTIONS',
  UNAUTHENTICATED: 'UNAUTHENTICATED',
  UNSUPPORTED_GRANT_TYPE: 'UNSUPPORTED_GRANT_TYPE',
  UNSUPPORTED_MEDIA_TYPE: 'UNSUPPORTED_MEDIA_TYPE',
  UPLOAD_INCOMPLETE: 'UPLOAD_INCOMPLETE',
  UPLOAD_MISMATCH: 'UPLOAD_MISMATCH',
  URL_REFUSED: 'URL_REFUSED',
  WEBHOOK_REFUSED: 'WEBHOOK_REFUSED'
} as const;

export type ErrorCode = typeof ErrorCode[keyof typeof ErrorCode];
/** Events must pass every condition that is given. An empty list lets nothing pass. */
export type EventFilter = {
  /** Boxes that overlap it pass; events without a box do not. */
  readonly area?: AreaInput | null | undefined;
  readonly labels?: ReadonlyArray<string> | null | undefined;
  /** 0 to 1, included. Events without a confidence do not pass. */
  readonly maxConfidence?: number | null | undefined;
  /** 0 to 1. Events without a confidence do not pass. */
  readonly minConfidence?: number | null | undefined;
  /** Time of the source, included. */
  readonly occurredFrom?: string | null | undefined;
  /** Time of the source, not included. */
  readonly occurredUntil?: string | null | undefined;
  readonly sessionIds?: ReadonlyArray<string> | null | undefined;
  readonly sourceIds?: ReadonlyArray<string> | null | undefined;
  readonly types?: ReadonlyArray<EventType> | null | undefined;
};

/** What events are told apart by. */
export const EventGroup = {
  LABEL: 'LABEL',
  NONE: 'NONE',
  SOURCE: 'SOURCE',
  TYPE: 'TYPE'
} as const;

export type EventGroup = typeof EventGroup[keyof typeof EventGroup];
/** Events must pass every condition that is given. An empty list lets nothing pass. */
export type EventStatisticsFilter = {
  readonly labels?: ReadonlyArray<string> | null | undefined;
  readonly sourceIds?: ReadonlyArray<string> | null | undefined;
  readonly types?: ReadonlyArray<EventType> | null | undefined;
};

/** How long a bucket is. All begin in UTC. */
export const EventStatisticsGrain = {
  DAY: 'DAY',
  HOUR: 'HOUR',
  /** For a day at most. An hour of which events have left the feed is counted as a whole. */
  MINUTE: 'MINUTE',
  MONTH: 'MONTH'
} as const;

export type EventStatisticsGrain = typeof EventStatisticsGrain[keyof typeof EventStatisticsGrain];
export const EventType = {
  /** An object came into view. */
  OBJECT_ENTERED: 'OBJECT_ENTERED',
  /** An object left; its box is where it was last seen. */
  OBJECT_LEFT: 'OBJECT_LEFT',
  /** An object in view moved or is known better. */
  OBJECT_UPDATED: 'OBJECT_UPDATED',
  /** Nothing more comes of this session. */
  SESSION_ENDED: 'SESSION_ENDED',
  /** The source was opened. */
  SESSION_STARTED: 'SESSION_STARTED'
} as const;

export type EventType = typeof EventType[keyof typeof EventType];
export type ExportAuditLogInput = {
  /** Entries after this number; from the first that is kept unless given. */
  readonly after?: number | null | undefined;
  readonly format?: AuditExportFormat;
};

export type InviteMemberInput = {
  readonly email: string;
  readonly role: Role;
};

export const InvoiceKind = {
  /** Takes back a bill, or a part of it: its amounts are below zero. */
  CREDIT_NOTE: 'CREDIT_NOTE',
  INVOICE: 'INVOICE'
} as const;

export type InvoiceKind = typeof InvoiceKind[keyof typeof InvoiceKind];
export const InvoiceState = {
  OPEN: 'OPEN',
  PAID: 'PAID',
  /** Nobody is expected to pay it. */
  UNCOLLECTIBLE: 'UNCOLLECTIBLE',
  /** Taken back whole, by credit notes. */
  VOID: 'VOID'
} as const;

export type InvoiceState = typeof InvoiceState[keyof typeof InvoiceState];
/** What has become of a job. */
export const JobState = {
  ACTIVE: 'ACTIVE',
  CANCELED: 'CANCELED',
  DONE: 'DONE',
  /** For good: it is a dead letter. */
  FAILED: 'FAILED',
  /** It failed, and is tried again. */
  RETRYING: 'RETRYING',
  /** Nobody has begun it; perhaps its time has not come. */
  WAITING: 'WAITING'
} as const;

export type JobState = typeof JobState[keyof typeof JobState];
export type LinkIdentityInput = {
  /** Out of the address of the page. */
  readonly code: string;
  /** What `startIdentityLink` gave. */
  readonly verifier: string;
};

/** Languages of messages and mails. */
export const Locale = {
  /** English */
  EN: 'EN',
  /** Español */
  ES: 'ES'
} as const;

export type Locale = typeof Locale[keyof typeof Locale];
export type MarkNotificationsReadInput = {
  /** Left out: all of them. */
  readonly ids?: ReadonlyArray<string> | null | undefined;
};

/** What is counted. */
export const Meter = {
  /** Frames that a session recorded. */
  FRAMES: 'FRAMES',
  /** Pictures, texts or rows that a model of the sidecar looked at for a caller. */
  PREDICTIONS: 'PREDICTIONS',
  /** Seconds that a session ran, begun ones included. */
  SESSION_SECONDS: 'SESSION_SECONDS'
} as const;

export type Meter = typeof Meter[keyof typeof Meter];
export type OpenBillingPortalInput = {
  readonly returnTo: string;
};

export const PaymentProvider = {
  /** Noted by hand, as for transfers. */
  MANUAL: 'MANUAL',
  STRIPE: 'STRIPE'
} as const;

export type PaymentProvider = typeof PaymentProvider[keyof typeof PaymentProvider];
export const PaymentState = {
  FAILED: 'FAILED',
  PENDING: 'PENDING',
  REFUNDED: 'REFUNDED',
  SUCCEEDED: 'SUCCEEDED'
} as const;

export type PaymentState = typeof PaymentState[keyof typeof PaymentState];
export const Permission = {
  /** Read, export and check the audit log. */
  AUDIT_READ: 'AUDIT_READ',
  /** See plan, usage and bills. */
  BILLING_READ: 'BILLING_READ',
  /** Change the plan and how it is paid. */
  BILLING_WRITE: 'BILLING_WRITE',
  /** Move the clock of a sandbox. */
  CLOCK_WRITE: 'CLOCK_WRITE',
  /** Call the inference sidecar. */
  INFERENCE_USE: 'INFERENCE_USE',
  /** See, make, change and revoke API keys. */
  KEYS_WRITE: 'KEYS_WRITE',
  /** See members, teams and who has which role. */
  MEMBERS_READ: 'MEMBERS_READ',
  /** Invite and remove members, change their roles, manage teams. */
  MEMBERS_WRITE: 'MEMBERS_WRITE',
  /** Delete the organization with everything in it, and appoint owners. */
  ORGANIZATION_DELETE: 'ORGANIZATION_DELETE',
  /** Rename the organization and decide how long it keeps what. */
  ORGANIZATION_WRITE: 'ORGANIZATION_WRITE',
  /** See sources, sessions, events and their pictures. */
  READ: 'READ',
  /** Make custom roles and give them to members and teams. */
  ROLES_WRITE: 'ROLES_WRITE',
  /** Start and stop sessions. */
  SESSIONS_WRITE: 'SESSIONS_WRITE',
  /** Make, change and remove sources and uploads. */
  SOURCES_WRITE: 'SOURCES_WRITE'
} as const;

export type Permission = typeof Permission[keyof typeof Permission];
export const PlanChangeTime = {
  /** The rest of the period is settled by the second. */
  NOW: 'NOW',
  /** Nothing changes before the next period. */
  PERIOD_END: 'PERIOD_END'
} as const;

export type PlanChangeTime = typeof PlanChangeTime[keyof typeof PlanChangeTime];
export const PlanSubscriptionState = {
  ACTIVE: 'ACTIVE',
  CANCELED: 'CANCELED',
  /** It failed for good. Everything works until the end of the grace. */
  GRACE: 'GRACE',
  /** A payment failed, and is tried again. Everything works. */
  PAST_DUE: 'PAST_DUE',
  /** Nothing is to pay until the trial ends. */
  TRIALING: 'TRIALING'
} as const;

export type PlanSubscriptionState = typeof PlanSubscriptionState[keyof typeof PlanSubscriptionState];
export const PrivacyRequestKind = {
  ERASURE: 'ERASURE',
  EXPORT: 'EXPORT'
} as const;

export type PrivacyRequestKind = typeof PrivacyRequestKind[keyof typeof PrivacyRequestKind];
export const PrivacyRequestState = {
  DONE: 'DONE',
  FAILED: 'FAILED',
  PENDING: 'PENDING'
} as const;

export type PrivacyRequestState = typeof PrivacyRequestState[keyof typeof PrivacyRequestState];
export type RecordCaptureInput = {
  /** A UUID of what was captured without a break; left out for uses alone. */
  readonly captureId?: string | null | undefined;
  /** A random UUID that the device keeps to itself. */
  readonly deviceId: string;
  /** What was seen since the batch before, in order. */
  readonly events?: ReadonlyArray<CapturedEventInput>;
  /** Whether the capture is over. */
  readonly isLast?: boolean;
  /** What the clock of the device says while it sends this. Where that is ahead of ours, or more than five minutes behind, times of the batch are corrected by the difference. */
  readonly sentAt?: string | null | undefined;
  /** Number of the batch: 1, and one more each time, whatever it holds. */
  readonly seq: number;
  /** What was captured. With `captureId`, and only then. */
  readonly sourceId?: string | null | undefined;
  /** When the capture began, by the clock of the device. With `captureId`, and only then. */
  readonly startedAt?: string | null | undefined;
  readonly usage?: ReadonlyArray<CapturedUseInput>;
};

export type RecordConsentInput = {
  readonly document: string;
  readonly granted: boolean;
  readonly version: string;
};

export type RefreshTokenInput = {
  readonly refreshToken: string;
};

export type RemoveMemberInput = {
  readonly membershipId: string;
};

export type RemoveTeamMemberInput = {
  readonly membershipId: string;
  readonly teamId: string;
};

export type RenameTeamInput = {
  readonly id: string;
  readonly name: string;
};

export type RequestEmailChangeInput = {
  readonly email: string;
};

export type RequestPasswordResetInput = {
  readonly email: string;
};

export type RerollApiKeyInput = {
  /** How long the secret before works, too: a day if left out, 30 days at most, 0 for no longer than now. */
  readonly graceSeconds?: number | null | undefined;
  readonly id: string;
};

export type ResendVerificationInput = {
  readonly email: string;
};

export type ResetPasswordInput = {
  /** 10 to 128 characters. */
  readonly newPassword: string;
  /** Out of the link in the mail. */
  readonly token: string;
};

export type RetryJobInput = {
  readonly jobId: string;
};

export type RevokeApiKeyInput = {
  readonly id: string;
};

export type RevokeInvitationInput = {
  readonly id: string;
};

export type RevokeSignInInput = {
  readonly id: string;
};

export const Role = {
  ADMIN: 'ADMIN',
  /** Sees and pays the bill, and no pictures. */
  BILLING: 'BILLING',
  /** Only what custom roles give. */
  GUEST: 'GUEST',
  /** Works with sources and sessions, and manages nobody. */
  OPERATOR: 'OPERATOR',
  OWNER: 'OWNER',
  /** Reads everything of the organization and changes nothing. */
  VIEWER: 'VIEWER'
} as const;

export type Role = typeof Role[keyof typeof Role];
export const SessionEndReason = {
  /** The device that captured it sent nothing for a day. What it brings later is recorded all the same. */
  DEVICE_LOST: 'DEVICE_LOST',
  /** The sidecar went away and did not come back in time. */
  INFERENCE_LOST: 'INFERENCE_LOST',
  INTERNAL: 'INTERNAL',
  SOURCE_ENDED: 'SOURCE_ENDED',
  SOURCE_UNREADABLE: 'SOURCE_UNREADABLE',
  STOP_REQUESTED: 'STOP_REQUESTED'
} as const;

export type SessionEndReason = typeof SessionEndReason[keyof typeof SessionEndReason];
export type SessionFilter = {
  readonly sourceId?: string | null | undefined;
  readonly states?: ReadonlyArray<SessionState> | null | undefined;
};

export const SessionProfile = {
  /** Best quality on this machine. */
  ACCURATE: 'ACCURATE',
  /** Never uses an accelerator. */
  CPU_ONLY: 'CPU_ONLY',
  /** Best speed on this machine. */
  FAST: 'FAST'
} as const;

export type SessionProfile = typeof SessionProfile[keyof typeof SessionProfile];
export const SessionRunner = {
  /** A program on somebody’s machine, which tells what it saw when it can. */
  DEVICE: 'DEVICE',
  /** A server of ours, with a sidecar. */
  SERVER: 'SERVER'
} as const;

export type SessionRunner = typeof SessionRunner[keyof typeof SessionRunner];
export const SessionState = {
  /** The source ended by itself. */
  COMPLETED: 'COMPLETED',
  /** It could not go on; `endReason` says why. */
  FAILED: 'FAILED',
  /** Accepted, waiting for a server to take it. */
  QUEUED: 'QUEUED',
  /** Frames arrive. */
  RUNNING: 'RUNNING',
  /** The source is being opened. */
  STARTING: 'STARTING',
  /** Somebody stopped it. */
  STOPPED: 'STOPPED',
  /** Stop was asked for; open tracks are being closed. */
  STOPPING: 'STOPPING'
} as const;

export type SessionState = typeof SessionState[keyof typeof SessionState];
export type SetActivityInput = {
  /** Small letters, digits and dashes, such as `typing` or `looking-closer`. Left out: nothing more. */
  readonly activity?: string | null | undefined;
  /** Left out: the organization as a whole. */
  readonly sourceId?: string | null | undefined;
};

/** What is left out is no longer on bills. */
export type SetBillingDetailsInput = {
  /** One or more lines. */
  readonly address?: string | null | undefined;
  readonly country?: string | null | undefined;
  /** Of whoever pays; left out: the organization’s. */
  readonly name?: string | null | undefined;
  readonly taxNumber?: string | null | undefined;
};

/** What is left out stays as it is. What is older goes within minutes, for good. */
export type SetRetentionInput = {
  /** 0 removes events that leave the feed, and files that are there. */
  readonly archiveDays?: number | null | undefined;
  /** At least 30, so that nobody hides today what they did yesterday. */
  readonly auditDays?: number | null | undefined;
  readonly eventDays?: number | null | undefined;
  readonly snapshotDays?: number | null | undefined;
};

export type SetSourceCredentialInput = {
  /** Null forgets it. */
  readonly credential?: SourceCredentialInput | null | undefined;
  readonly sourceId: string;
};

export type SignInInput = {
  /** What the person sees in their list of devices. */
  readonly deviceName?: string | null | undefined;
  /** What this device got from a sign-in before. */
  readonly deviceToken?: string | null | undefined;
  readonly email: string;
  readonly password: string;
};

export const SignInKind = {
  /** A program that keeps the tokens itself. */
  API: 'API',
  /** A program on the person’s own machine, let in through a browser or a code. */
  DESKTOP: 'DESKTOP',
  /** A browser, with cookies. */
  WEB: 'WEB'
} as const;

export type SignInKind = typeof SignInKind[keyof typeof SignInKind];
export type SignInWithIdentityInput = {
  /** Out of the address of the page. */
  readonly code: string;
  /** What the person sees in their list of devices. */
  readonly deviceName?: string | null | undefined;
  /** What this device got from a sign-in before. */
  readonly deviceToken?: string | null | undefined;
  /** What `startIdentitySignIn` gave. */
  readonly verifier: string;
};

export type SignInWithSecondFactorInput = {
  /** Of the authenticator app, or a recovery code. */
  readonly code: string;
  /** What this device got from a sign-in before. */
  readonly deviceToken?: string | null | undefined;
  /** What `SecondFactorRequired` gave. */
  readonly ticket: string;
};

export type SignOutEverywhereInput = {
  /** Whether the one that asks goes on. */
  readonly keepThis: boolean;
};

export type SignUpInput = {
  readonly email: string;
  /** Left out: the language the request asks for. */
  readonly locale?: Locale | null | undefined;
  /** What other members see. */
  readonly name: string;
  readonly organizationName: string;
  /** 10 to 128 characters. */
  readonly password: string;
  /** IANA name, such as `Europe/Madrid`. Default UTC. */
  readonly timeZone?: string | null | undefined;
};

export type SourceCredentialInput = {
  readonly password: string;
  readonly username: string;
};

export const SourceKind = {
  /** Pictures: a folder on the host, or uploads in order. */
  IMAGES: 'IMAGES',
  /** One video file, on the host or uploaded. */
  VIDEO: 'VIDEO'
} as const;

export type SourceKind = typeof SourceKind[keyof typeof SourceKind];
export type StartCheckoutInput = {
  readonly invoiceId: string;
  /** The page of the product to come back to, as a path. */
  readonly returnTo: string;
};

export type StartIdentityLinkInput = {
  readonly provider: string;
  /** A page of ours, or of `CORS_ORIGINS`: an address, or a path of the web client. It gets `#code=…` or `#error=…`. */
  readonly returnTo: string;
};

export type StartIdentitySignInInput = {
  readonly provider: string;
  /** A page of ours, or of `CORS_ORIGINS`: an address, or a path of the web client. It gets `#code=…` or `#error=…`. */
  readonly returnTo: string;
};

export type StartSessionInput = {
  readonly pipelines?: ReadonlyArray<string>;
  readonly profile?: SessionProfile;
  readonly sourceId: string;
};

/** A code for those who have a second factor, else the password. */
export type StepUpInput = {
  /** Of the authenticator app, or a recovery code. */
  readonly code?: string | null | undefined;
  readonly password?: string | null | undefined;
};

export type StopSessionInput = {
  readonly id: string;
};

export type SubscribeInput = {
  readonly planCode: string;
  /** True: only with a trial. False: without one. Left out: with a trial, if there is one to have. */
  readonly trial?: boolean | null | undefined;
};

export type SwitchOrganizationInput = {
  readonly organizationId: string;
};

export type UnassignRoleInput = {
  readonly id: string;
};

export type UnlinkIdentityInput = {
  readonly id: string;
};

/** What is left out stays as it is. */
export type UpdateApiKeyInput = {
  /** Addresses and networks (`203.0.113.0/24`, `2001:db8::/32`) it may be used from; none: from anywhere. */
  readonly allowedAddresses?: ReadonlyArray<string> | null | undefined;
  /** Null: until it is revoked. */
  readonly expiresAt?: string | null | undefined;
  readonly id: string;
  /** All of them: those that are not listed are gone. */
  readonly limits?: ReadonlyArray<ApiKeyLimitInput> | null | undefined;
  readonly name?: string | null | undefined;
  readonly scopes?: ReadonlyArray<ApiKeyScope> | null | undefined;
};

export type UpdateCustomRoleInput = {
  readonly id: string;
  /** Left out: it stays. */
  readonly name?: string | null | undefined;
  /** Left out: they stay. */
  readonly permissions?: ReadonlyArray<Permission> | null | undefined;
};

export type UpdateOrganizationInput = {
  readonly name: string;
};

/** What is left out or null stays as it is. */
export type UpdateProfileInput = {
  readonly locale?: Locale | null | undefined;
  /** What other members see. */
  readonly name?: string | null | undefined;
  /** IANA name, such as `Europe/Madrid`. */
  readonly timeZone?: string | null | undefined;
};

export const UsageConsumer = {
  KEY: 'KEY',
  MODEL: 'MODEL',
  SOURCE: 'SOURCE'
} as const;

export type UsageConsumer = typeof UsageConsumer[keyof typeof UsageConsumer];
export type UsageFilter = {
  /** Widened to a full hour. Left out: the begin of the current billing period. */
  readonly from?: string | null | undefined;
  readonly groupBy?: UsageGroup;
  /** Left out: all of them. */
  readonly meter?: Meter | null | undefined;
  /** Widened to a full hour, not included. Left out: the end of the current billing period. */
  readonly to?: string | null | undefined;
};

/** What usage is told apart by. */
export const UsageGroup = {
  /** Days in UTC. */
  DAY: 'DAY',
  /** API keys; people and signed tokens have none. */
  KEY: 'KEY',
  MODEL: 'MODEL',
  /** Nothing: the totals alone. */
  NONE: 'NONE',
  /** Sources that sessions watched. */
  SOURCE: 'SOURCE'
} as const;

export type UsageGroup = typeof UsageGroup[keyof typeof UsageGroup];
export type VerifyEmailInput = {
  /** Out of the link in the mail. */
  readonly token: string;
};

export type DashboardQueryVariables = Exact<{
  grain: EventStatisticsGrain;
  from?: string | null | undefined;
  to?: string | null | undefined;
}>;


export type DashboardQuery = { readonly dashboard: { readonly asOf: string, readonly from: string, readonly to: string, readonly grain: EventStatisticsGrain, readonly isWhole: boolean, readonly maxAgeMs: number, readonly eventCount: number, readonly eventsPerMinute: number, readonly sessionsActive: number, readonly sessionsQueued: number, readonly sourceCount: number, readonly sourcesOnline: number, readonly buckets: ReadonlyArray<{ readonly startsAt: string, readonly eventCount: number, readonly eventsPerMinute: number, readonly averageConfidence: number | null }>, readonly byLabel: ReadonlyArray<{ readonly label: string, readonly eventCount: number, readonly eventsPerMinute: number }>, readonly bySource: ReadonlyArray<{ readonly sourceId: string, readonly name: string | null, readonly eventCount: number, readonly eventsPerMinute: number }>, readonly byType: ReadonlyArray<{ readonly type: EventType, readonly eventCount: number, readonly eventsPerMinute: number }>, readonly usage: ReadonlyArray<{ readonly meter: Meter, readonly quantity: number, readonly actCount: number }> | null } };

export type EventStatisticsQueryVariables = Exact<{
  from: string;
  to: string;
  grain: EventStatisticsGrain;
  groupBy: EventGroup;
  filter?: EventStatisticsFilter | null | undefined;
}>;


export type EventStatisticsQuery = { readonly eventStatistics: ReadonlyArray<{ readonly startsAt: string, readonly countedFrom: string, readonly countedTo: string, readonly eventCount: number, readonly averageConfidence: number | null, readonly label: string | null, readonly sourceId: string | null, readonly type: EventType | null }> };

export type PlanFieldsFragment = { readonly code: string, readonly name: string, readonly rank: number, readonly versionNumber: number, readonly interval: BillingInterval, readonly currency: string, readonly priceMinor: number, readonly trialDays: number, readonly graceDays: number, readonly maxSources: number, readonly maxConcurrentSessions: number, readonly maxSeats: number, readonly maxStoredBytes: number, readonly maxRetentionDays: number, readonly maxLiveConnections: number, readonly maxQueryCost: number, readonly requestsPerMinute: number | null, readonly inferencePerMinute: number | null, readonly predictionsPerPeriod: number | null, readonly predictionsAreHard: boolean, readonly prices: ReadonlyArray<{ readonly meter: Meter, readonly unitAmountMinor: number, readonly perUnits: number, readonly included: number }> };

export type PlanSubscriptionFieldsFragment = { readonly id: string, readonly state: PlanSubscriptionState, readonly planVersionNumber: number, readonly pendingPlanCode: string | null, readonly currency: string, readonly priceMinor: number, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly trialEndsAt: string | null, readonly cancelAtPeriodEnd: boolean, readonly canceledAt: string | null, readonly pastDueSince: string | null, readonly graceEndsAt: string | null, readonly createdAt: string, readonly plan: { readonly code: string, readonly name: string } };

export type InvoiceFieldsFragment = { readonly id: string, readonly number: string, readonly kind: InvoiceKind, readonly state: InvoiceState, readonly currency: string, readonly issuedAt: string, readonly dueAt: string, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly subtotalMinor: number, readonly taxBasisPoints: number, readonly taxMinor: number, readonly totalMinor: number, readonly dueMinor: number, readonly creditedMinor: number, readonly creditedNumber: string | null, readonly note: string | null, readonly pdfPath: string, readonly csvPath: string };

export type InvoicePartyFieldsFragment = { readonly name: string, readonly address: string | null, readonly country: string | null, readonly taxNumber: string | null };

export type InvoiceDetailFieldsFragment = { readonly id: string, readonly number: string, readonly kind: InvoiceKind, readonly state: InvoiceState, readonly currency: string, readonly issuedAt: string, readonly dueAt: string, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly subtotalMinor: number, readonly taxBasisPoints: number, readonly taxMinor: number, readonly totalMinor: number, readonly dueMinor: number, readonly creditedMinor: number, readonly creditedNumber: string | null, readonly note: string | null, readonly pdfPath: string, readonly csvPath: string, readonly buyer: { readonly name: string, readonly address: string | null, readonly country: string | null, readonly taxNumber: string | null }, readonly seller: { readonly name: string, readonly address: string | null, readonly country: string | null, readonly taxNumber: string | null }, readonly lines: ReadonlyArray<{ readonly position: number, readonly description: string, readonly meter: Meter | null, readonly quantity: number, readonly included: number, readonly unitAmountMinor: number, readonly perUnits: number, readonly amountMinor: number, readonly periodStartsAt: string, readonly periodEndsAt: string }> };

export type PaymentFieldsFragment = { readonly invoiceNumber: string | null, readonly provider: PaymentProvider, readonly state: PaymentState, readonly currency: string, readonly amountMinor: number, readonly createdAt: string };

export type PlansQueryVariables = Exact<{ [key: string]: never; }>;


export type PlansQuery = { readonly plans: ReadonlyArray<{ readonly code: string, readonly name: string, readonly rank: number, readonly versionNumber: number, readonly interval: BillingInterval, readonly currency: string, readonly priceMinor: number, readonly trialDays: number, readonly graceDays: number, readonly maxSources: number, readonly maxConcurrentSessions: number, readonly maxSeats: number, readonly maxStoredBytes: number, readonly maxRetentionDays: number, readonly maxLiveConnections: number, readonly maxQueryCost: number, readonly requestsPerMinute: number | null, readonly inferencePerMinute: number | null, readonly predictionsPerPeriod: number | null, readonly predictionsAreHard: boolean, readonly prices: ReadonlyArray<{ readonly meter: Meter, readonly unitAmountMinor: number, readonly perUnits: number, readonly included: number }> }> };

export type CurrentPlanQueryVariables = Exact<{ [key: string]: never; }>;


export type CurrentPlanQuery = { readonly viewer: { readonly organization: { readonly plan: { readonly code: string, readonly name: string, readonly rank: number, readonly versionNumber: number, readonly interval: BillingInterval, readonly currency: string, readonly priceMinor: number, readonly trialDays: number, readonly graceDays: number, readonly maxSources: number, readonly maxConcurrentSessions: number, readonly maxSeats: number, readonly maxStoredBytes: number, readonly maxRetentionDays: number, readonly maxLiveConnections: number, readonly maxQueryCost: number, readonly requestsPerMinute: number | null, readonly inferencePerMinute: number | null, readonly predictionsPerPeriod: number | null, readonly predictionsAreHard: boolean, readonly prices: ReadonlyArray<{ readonly meter: Meter, readonly unitAmountMinor: number, readonly perUnits: number, readonly included: number }> }, readonly subscription: { readonly id: string, readonly state: PlanSubscriptionState, readonly planVersionNumber: number, readonly pendingPlanCode: string | null, readonly currency: string, readonly priceMinor: number, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly trialEndsAt: string | null, readonly cancelAtPeriodEnd: boolean, readonly canceledAt: string | null, readonly pastDueSince: string | null, readonly graceEndsAt: string | null, readonly createdAt: string, readonly plan: { readonly code: string, readonly name: string } } | null } } | null };

export type BillingDetailsQueryVariables = Exact<{ [key: string]: never; }>;


export type BillingDetailsQuery = { readonly viewer: { readonly organization: { readonly billingDetails: { readonly name: string | null, readonly address: string | null, readonly country: string | null, readonly taxNumber: string | null } | null } } | null };

export type PreviewPlanChangeQueryVariables = Exact<{
  planCode: string;
}>;


export type PreviewPlanChangeQuery = { readonly previewPlanChange:
    | { readonly __typename: 'PlanChange', readonly at: string, readonly currency: string, readonly chargeMinor: number, readonly creditMinor: number }
    | { readonly __typename: 'SubscriptionChangeRefusedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   | null };

export type InvoicesQueryVariables = Exact<{
  state?: InvoiceState | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type InvoicesQuery = { readonly invoices: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly number: string, readonly kind: InvoiceKind, readonly state: InvoiceState, readonly currency: string, readonly issuedAt: string, readonly dueAt: string, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly subtotalMinor: number, readonly taxBasisPoints: number, readonly taxMinor: number, readonly totalMinor: number, readonly dueMinor: number, readonly creditedMinor: number, readonly creditedNumber: string | null, readonly note: string | null, readonly pdfPath: string, readonly csvPath: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type InvoiceQueryVariables = Exact<{
  id: string;
}>;


export type InvoiceQuery = { readonly invoice: { readonly id: string, readonly number: string, readonly kind: InvoiceKind, readonly state: InvoiceState, readonly currency: string, readonly issuedAt: string, readonly dueAt: string, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly subtotalMinor: number, readonly taxBasisPoints: number, readonly taxMinor: number, readonly totalMinor: number, readonly dueMinor: number, readonly creditedMinor: number, readonly creditedNumber: string | null, readonly note: string | null, readonly pdfPath: string, readonly csvPath: string, readonly buyer: { readonly name: string, readonly address: string | null, readonly country: string | null, readonly taxNumber: string | null }, readonly seller: { readonly name: string, readonly address: string | null, readonly country: string | null, readonly taxNumber: string | null }, readonly lines: ReadonlyArray<{ readonly position: number, readonly description: string, readonly meter: Meter | null, readonly quantity: number, readonly included: number, readonly unitAmountMinor: number, readonly perUnits: number, readonly amountMinor: number, readonly periodStartsAt: string, readonly periodEndsAt: string }> } | null };

export type PaymentsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type PaymentsQuery = { readonly payments: { readonly edges: ReadonlyArray<{ readonly node: { readonly invoiceNumber: string | null, readonly provider: PaymentProvider, readonly state: PaymentState, readonly currency: string, readonly amountMinor: number, readonly createdAt: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type SubscribeMutationVariables = Exact<{
  input: SubscribeInput;
}>;


export type SubscribeMutation = { readonly subscribe:
    | { readonly __typename: 'PaymentRequiredError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'PlanSubscriptionPayload', readonly subscription: { readonly id: string, readonly state: PlanSubscriptionState, readonly planVersionNumber: number, readonly pendingPlanCode: string | null, readonly currency: string, readonly priceMinor: number, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly trialEndsAt: string | null, readonly cancelAtPeriodEnd: boolean, readonly canceledAt: string | null, readonly pastDueSince: string | null, readonly graceEndsAt: string | null, readonly createdAt: string, readonly plan: { readonly code: string, readonly name: string } } }
    | { readonly __typename: 'SubscriptionChangeRefusedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type ChangePlanMutationVariables = Exact<{
  input: ChangePlanInput;
}>;


export type ChangePlanMutation = { readonly changePlan:
    | { readonly __typename: 'PlanSubscriptionPayload', readonly subscription: { readonly id: string, readonly state: PlanSubscriptionState, readonly planVersionNumber: number, readonly pendingPlanCode: string | null, readonly currency: string, readonly priceMinor: number, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly trialEndsAt: string | null, readonly cancelAtPeriodEnd: boolean, readonly canceledAt: string | null, readonly pastDueSince: string | null, readonly graceEndsAt: string | null, readonly createdAt: string, readonly plan: { readonly code: string, readonly name: string } } }
    | { readonly __typename: 'SubscriptionChangeRefusedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type CancelSubscriptionMutationVariables = Exact<{
  input: CancelSubscriptionInput;
}>;


export type CancelSubscriptionMutation = { readonly cancelSubscription:
    | { readonly __typename: 'PlanSubscriptionPayload', readonly subscription: { readonly id: string, readonly state: PlanSubscriptionState, readonly planVersionNumber: number, readonly pendingPlanCode: string | null, readonly currency: string, readonly priceMinor: number, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly trialEndsAt: string | null, readonly cancelAtPeriodEnd: boolean, readonly canceledAt: string | null, readonly pastDueSince: string | null, readonly graceEndsAt: string | null, readonly createdAt: string, readonly plan: { readonly code: string, readonly name: string } } }
    | { readonly __typename: 'SubscriptionChangeRefusedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type ResumeSubscriptionMutationVariables = Exact<{ [key: string]: never; }>;


export type ResumeSubscriptionMutation = { readonly resumeSubscription:
    | { readonly __typename: 'PlanSubscriptionPayload', readonly subscription: { readonly id: string, readonly state: PlanSubscriptionState, readonly planVersionNumber: number, readonly pendingPlanCode: string | null, readonly currency: string, readonly priceMinor: number, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly trialEndsAt: string | null, readonly cancelAtPeriodEnd: boolean, readonly canceledAt: string | null, readonly pastDueSince: string | null, readonly graceEndsAt: string | null, readonly createdAt: string, readonly plan: { readonly code: string, readonly name: string } } }
    | { readonly __typename: 'SubscriptionChangeRefusedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type StartCheckoutMutationVariables = Exact<{
  input: StartCheckoutInput;
}>;


export type StartCheckoutMutation = { readonly startCheckout:
    | { readonly __typename: 'InvoiceChangeRefusedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'PaymentFailedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'PaymentPagePayload', readonly url: string | null }
   };

export type OpenBillingPortalMutationVariables = Exact<{
  input: OpenBillingPortalInput;
}>;


export type OpenBillingPortalMutation = { readonly openBillingPortal:
    | { readonly __typename: 'PaymentFailedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'PaymentPagePayload', readonly url: string | null }
   };

export type SetBillingDetailsMutationVariables = Exact<{
  input: SetBillingDetailsInput;
}>;


export type SetBillingDetailsMutation = { readonly setBillingDetails: { readonly isSet: boolean } };

export type RecordCaptureMutationVariables = Exact<{
  input: RecordCaptureInput;
}>;


export type RecordCaptureMutation = { readonly recordCapture:
    | { readonly __typename: 'BatchOutOfOrderError', readonly expected: number | null, readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'PaymentRequiredError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'RecordCapturePayload', readonly acceptedSeq: number, readonly isDuplicate: boolean, readonly session: { readonly id: string, readonly state: SessionState } | null }
   };

export type ArchiveFieldsFragment = { readonly id: string, readonly firstSeq: number, readonly lastSeq: number, readonly eventCount: number, readonly byteSize: number, readonly sha256: string, readonly startsAt: string, readonly endsAt: string, readonly createdAt: string, readonly url: string };

export type ArchivesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ArchivesQuery = { readonly archives: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly firstSeq: number, readonly lastSeq: number, readonly eventCount: number, readonly byteSize: number, readonly sha256: string, readonly startsAt: string, readonly endsAt: string, readonly createdAt: string, readonly url: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type ArtifactLinkQueryVariables = Exact<{
  id: string;
}>;


export type ArtifactLinkQuery = { readonly node:
    | { readonly url: string }
    | Record<PropertyKey, never>
   | null };

export type EventFieldsFragment = { readonly id: string, readonly seq: number, readonly cursor: string, readonly type: EventType, readonly occurredAt: string, readonly recordedAt: string, readonly frameIndex: number | null, readonly trackNumber: number | null, readonly label: string | null, readonly confidence: number | null, readonly box: { readonly x: number, readonly y: number, readonly width: number, readonly height: number } | null, readonly source: { readonly id: string, readonly name: string } | null, readonly session: { readonly id: string } | null, readonly snapshot: { readonly id: string, readonly contentType: string, readonly url: string } | null };

export type EventsQueryVariables = Exact<{
  filter?: EventFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type EventsQuery = { readonly events: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: { readonly id: string, readonly seq: number, readonly cursor: string, readonly type: EventType, readonly occurredAt: string, readonly recordedAt: string, readonly frameIndex: number | null, readonly trackNumber: number | null, readonly label: string | null, readonly confidence: number | null, readonly box: { readonly x: number, readonly y: number, readonly width: number, readonly height: number } | null, readonly source: { readonly id: string, readonly name: string } | null, readonly session: { readonly id: string } | null, readonly snapshot: { readonly id: string, readonly contentType: string, readonly url: string } | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type LatestEventsQueryVariables = Exact<{
  filter?: EventFilter | null | undefined;
  last: number;
  before?: string | null | undefined;
}>;


export type LatestEventsQuery = { readonly events: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: { readonly id: string, readonly seq: number, readonly cursor: string, readonly type: EventType, readonly occurredAt: string, readonly recordedAt: string, readonly frameIndex: number | null, readonly trackNumber: number | null, readonly label: string | null, readonly confidence: number | null, readonly box: { readonly x: number, readonly y: number, readonly width: number, readonly height: number } | null, readonly source: { readonly id: string, readonly name: string } | null, readonly session: { readonly id: string } | null, readonly snapshot: { readonly id: string, readonly contentType: string, readonly url: string } | null } }>, readonly pageInfo: { readonly hasPreviousPage: boolean, readonly startCursor: string | null } } };

export type LastEventQueryVariables = Exact<{ [key: string]: never; }>;


export type LastEventQuery = { readonly events: { readonly edges: ReadonlyArray<{ readonly cursor: string }> } };

export type EventFeedSubscriptionVariables = Exact<{
  after?: string | null | undefined;
  filter?: EventFilter | null | undefined;
}>;


export type EventFeedSubscription = { readonly eventFeed:
    | { readonly __typename: 'Event', readonly id: string, readonly seq: number, readonly cursor: string, readonly type: EventType, readonly occurredAt: string, readonly recordedAt: string, readonly frameIndex: number | null, readonly trackNumber: number | null, readonly label: string | null, readonly confidence: number | null, readonly box: { readonly x: number, readonly y: number, readonly width: number, readonly height: number } | null, readonly source: { readonly id: string, readonly name: string } | null, readonly session: { readonly id: string } | null, readonly snapshot: { readonly id: string, readonly contentType: string, readonly url: string } | null }
    | { readonly __typename: 'FeedProgress', readonly cursor: string }
    | { readonly __typename: 'Gap', readonly fromSeq: number, readonly toSeq: number }
   };

export type ProfileFieldsFragment = { readonly email: string, readonly name: string, readonly locale: Locale, readonly timeZone: string, readonly emailVerified: boolean, readonly hasPassword: boolean };

export type ProfileQueryVariables = Exact<{ [key: string]: never; }>;


export type ProfileQuery = { readonly viewer: { readonly profile: { readonly email: string, readonly name: string, readonly locale: Locale, readonly timeZone: string, readonly emailVerified: boolean, readonly hasPassword: boolean } | null } | null };

export type UpdateProfileMutationVariables = Exact<{
  input: UpdateProfileInput;
}>;


export type UpdateProfileMutation = { readonly updateProfile: { readonly viewer: { readonly profile: { readonly email: string, readonly name: string, readonly locale: Locale, readonly timeZone: string, readonly emailVerified: boolean, readonly hasPassword: boolean } | null } } };

export type VerifyEmailMutationVariables = Exact<{
  input: VerifyEmailInput;
}>;


export type VerifyEmailMutation = { readonly verifyEmail:
    | { readonly __typename: 'TokenInvalidError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'VerifyEmailPayload', readonly email: string }
   };

export type ResendVerificationMutationVariables = Exact<{
  input: ResendVerificationInput;
}>;


export type ResendVerificationMutation = { readonly resendVerification:
    | { readonly __typename: 'ResendVerificationPayload', readonly email: string }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type RequestEmailChangeMutationVariables = Exact<{
  input: RequestEmailChangeInput;
}>;


export type RequestEmailChangeMutation = { readonly requestEmailChange:
    | { readonly __typename: 'RequestEmailChangePayload', readonly email: string }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type RequestPasswordResetMutationVariables = Exact<{
  input: RequestPasswordResetInput;
}>;


export type RequestPasswordResetMutation = { readonly requestPasswordReset:
    | { readonly __typename: 'RequestPasswordResetPayload', readonly email: string }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type ResetPasswordMutationVariables = Exact<{
  input: ResetPasswordInput;
}>;


export type ResetPasswordMutation = { readonly resetPassword:
    | { readonly __typename: 'PasswordRefusedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'ResetPasswordPayload', readonly email: string, readonly deviceToken: string }
    | { readonly __typename: 'TokenInvalidError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type ChangePasswordMutationVariables = Exact<{
  input: ChangePasswordInput;
}>;


export type ChangePasswordMutation = { readonly changePassword:
    | { readonly __typename: 'ChangePasswordPayload', readonly changed: boolean }
    | { readonly __typename: 'CredentialsInvalidError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'PasswordRefusedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type ApiKeyFieldsFragment = { readonly id: string, readonly name: string, readonly prefix: string, readonly scopes: ReadonlyArray<ApiKeyScope>, readonly allowedAddresses: ReadonlyArray<string>, readonly createdAt: string, readonly lastUsedAt: string | null, readonly expiresAt: string | null, readonly previousExpiresAt: string | null, readonly revokedAt: string | null, readonly limits: ReadonlyArray<{ readonly name: ApiKeyLimitName, readonly max: number, readonly windowSeconds: number }> };

export type ApiKeysQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type ApiKeysQuery = { readonly viewer: { readonly apiKeys: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: { readonly id: string, readonly name: string, readonly prefix: string, readonly scopes: ReadonlyArray<ApiKeyScope>, readonly allowedAddresses: ReadonlyArray<string>, readonly createdAt: string, readonly lastUsedAt: string | null, readonly expiresAt: string | null, readonly previousExpiresAt: string | null, readonly revokedAt: string | null, readonly limits: ReadonlyArray<{ readonly name: ApiKeyLimitName, readonly max: number, readonly windowSeconds: number }> } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type CreateApiKeyMutationVariables = Exact<{
  input: CreateApiKeyInput;
}>;


export type CreateApiKeyMutation = { readonly createApiKey: { readonly secret: string, readonly apiKey: { readonly id: string, readonly name: string, readonly prefix: string, readonly scopes: ReadonlyArray<ApiKeyScope>, readonly allowedAddresses: ReadonlyArray<string>, readonly createdAt: string, readonly lastUsedAt: string | null, readonly expiresAt: string | null, readonly previousExpiresAt: string | null, readonly revokedAt: string | null, readonly limits: ReadonlyArray<{ readonly name: ApiKeyLimitName, readonly max: number, readonly windowSeconds: number }> } } };

export type UpdateApiKeyMutationVariables = Exact<{
  input: UpdateApiKeyInput;
}>;


export type UpdateApiKeyMutation = { readonly updateApiKey: { readonly apiKey: { readonly id: string, readonly name: string, readonly prefix: string, readonly scopes: ReadonlyArray<ApiKeyScope>, readonly allowedAddresses: ReadonlyArray<string>, readonly createdAt: string, readonly lastUsedAt: string | null, readonly expiresAt: string | null, readonly previousExpiresAt: string | null, readonly revokedAt: string | null, readonly limits: ReadonlyArray<{ readonly name: ApiKeyLimitName, readonly max: number, readonly windowSeconds: number }> } } };

export type RerollApiKeyMutationVariables = Exact<{
  input: RerollApiKeyInput;
}>;


export type RerollApiKeyMutation = { readonly rerollApiKey: { readonly secret: string, readonly apiKey: { readonly id: string, readonly name: string, readonly prefix: string, readonly scopes: ReadonlyArray<ApiKeyScope>, readonly allowedAddresses: ReadonlyArray<string>, readonly createdAt: string, readonly lastUsedAt: string | null, readonly expiresAt: string | null, readonly previousExpiresAt: string | null, readonly revokedAt: string | null, readonly limits: ReadonlyArray<{ readonly name: ApiKeyLimitName, readonly max: number, readonly windowSeconds: number }> } } };

export type RevokeApiKeyMutationVariables = Exact<{
  input: RevokeApiKeyInput;
}>;


export type RevokeApiKeyMutation = { readonly revokeApiKey: { readonly apiKey: { readonly id: string, readonly name: string, readonly prefix: string, readonly scopes: ReadonlyArray<ApiKeyScope>, readonly allowedAddresses: ReadonlyArray<string>, readonly createdAt: string, readonly lastUsedAt: string | null, readonly expiresAt: string | null, readonly previousExpiresAt: string | null, readonly revokedAt: string | null, readonly limits: ReadonlyArray<{ readonly name: ApiKeyLimitName, readonly max: number, readonly windowSeconds: number }> } } };

export type AuditEntryFieldsFragment = { readonly seq: number, readonly action: string, readonly at: string, readonly actorId: string | null, readonly actorApiKeyId: string | null, readonly targetType: string | null, readonly targetId: string | null, readonly requestId: string, readonly beforeHash: string | null, readonly afterHash: string | null, readonly hash: string, readonly actor: { readonly id: string, readonly name: string } | null };

export type AuditLogQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
  filter?: AuditLogFilter | null | undefined;
}>;


export type AuditLogQuery = { readonly auditLog: { readonly edges: ReadonlyArray<{ readonly node: { readonly seq: number, readonly action: string, readonly at: string, readonly actorId: string | null, readonly actorApiKeyId: string | null, readonly targetType: string | null, readonly targetId: string | null, readonly requestId: string, readonly beforeHash: string | null, readonly afterHash: string | null, readonly hash: string, readonly actor: { readonly id: string, readonly name: string } | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type ExportAuditLogMutationVariables = Exact<{
  input: ExportAuditLogInput;
}>;


export type ExportAuditLogMutation = { readonly exportAuditLog: { readonly content: string, readonly entryCount: number, readonly lastSeq: number, readonly hasMore: boolean } };

export type DeviceGrantQueryVariables = Exact<{
  userCode: string;
}>;


export type DeviceGrantQuery = { readonly deviceGrant: { readonly clientName: string, readonly deviceName: string | null, readonly address: string | null, readonly place: string | null, readonly createdAt: string, readonly expiresAt: string } | null };

export type ApproveDeviceMutationVariables = Exact<{
  input: DeviceDecisionInput;
}>;


export type ApproveDeviceMutation = { readonly approveDevice: { readonly decided: boolean } };

export type DenyDeviceMutationVariables = Exact<{
  input: DeviceDecisionInput;
}>;


export type DenyDeviceMutation = { readonly denyDevice: { readonly decided: boolean } };

export type MembershipFieldsFragment = { readonly id: string, readonly role: Role, readonly createdAt: string, readonly user: { readonly id: string, readonly name: string, readonly email: string } };

export type InvitationFieldsFragment = { readonly id: string, readonly email: string, readonly role: Role, readonly createdAt: string, readonly expiresAt: string, readonly acceptedAt: string | null, readonly revokedAt: string | null, readonly invitedBy: { readonly id: string, readonly name: string } };

export type TeamFieldsFragment = { readonly id: string, readonly name: string, readonly createdAt: string };

export type CustomRoleFieldsFragment = { readonly id: string, readonly name: string, readonly permissions: ReadonlyArray<Permission>, readonly createdAt: string };

export type RoleAssignmentFieldsFragment = { readonly id: string, readonly createdAt: string, readonly customRole: { readonly id: string, readonly name: string }, readonly membership: { readonly id: string } | null, readonly team: { readonly id: string, readonly name: string } | null, readonly source: { readonly id: string, readonly name: string } | null };

export type OrganizationFieldsFragment = { readonly id: string, readonly name: string, readonly isSandbox: boolean, readonly now: string, readonly createdAt: string, readonly retention: { readonly snapshotDays: number, readonly eventDays: number, readonly archiveDays: number, readonly auditDays: number } };

export type OrganizationQueryVariables = Exact<{ [key: string]: never; }>;


export type OrganizationQuery = { readonly viewer: { readonly organization: { readonly id: string, readonly name: string, readonly isSandbox: boolean, readonly now: string, readonly createdAt: string, readonly retention: { readonly snapshotDays: number, readonly eventDays: number, readonly archiveDays: number, readonly auditDays: number } } } | null };

export type MembersQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type MembersQuery = { readonly viewer: { readonly organization: { readonly members: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly role: Role, readonly createdAt: string, readonly user: { readonly id: string, readonly name: string, readonly email: string } } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } } | null };

export type InvitationsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type InvitationsQuery = { readonly viewer: { readonly organization: { readonly invitations: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly email: string, readonly role: Role, readonly createdAt: string, readonly expiresAt: string, readonly acceptedAt: string | null, readonly revokedAt: string | null, readonly invitedBy: { readonly id: string, readonly name: string } } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } } | null };

export type TeamsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type TeamsQuery = { readonly viewer: { readonly organization: { readonly teams: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly createdAt: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } } | null };

export type CustomRolesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type CustomRolesQuery = { readonly viewer: { readonly organization: { readonly customRoles: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly name: string, readonly permissions: ReadonlyArray<Permission>, readonly createdAt: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } } | null };

export type TeamMembersQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;


export type TeamMembersQuery = { readonly node:
    | { readonly __typename: 'ApiKey' }
    | { readonly __typename: 'Artifact' }
    | { readonly __typename: 'CustomRole' }
    | { readonly __typename: 'Event' }
    | { readonly __typename: 'Invitation' }
    | { readonly __typename: 'Invoice' }
    | { readonly __typename: 'Membership' }
    | { readonly __typename: 'Notification' }
    | { readonly __typename: 'Organization' }
    | { readonly __typename: 'PlanSubscription' }
    | { readonly __typename: 'RoleAssignment' }
    | { readonly __typename: 'Session' }
    | { readonly __typename: 'SignIn' }
    | { readonly __typename: 'Source' }
    | { readonly __typename: 'Team', readonly members: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly role: Role, readonly createdAt: string, readonly user: { readonly id: string, readonly name: string, readonly email: string } } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } }
    | { readonly __typename: 'User' }
   | null };

export type RoleAssignmentsQueryVariables = Exact<{
  id: string;
  first: number;
  after?: string | null | undefined;
}>;


export type RoleAssignmentsQuery = { readonly node:
    | { readonly __typename: 'ApiKey' }
    | { readonly __typename: 'Artifact' }
    | { readonly __typename: 'CustomRole', readonly assignments: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly createdAt: string, readonly customRole: { readonly id: string, readonly name: string }, readonly membership: { readonly id: string } | null, readonly team: { readonly id: string, readonly name: string } | null, readonly source: { readonly id: string, readonly name: string } | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } }
    | { readonly __typename: 'Event' }
    | { readonly __typename: 'Invitation' }
    | { readonly __typename: 'Invoice' }
    | { readonly __typename: 'Membership' }
    | { readonly __typename: 'Notification' }
    | { readonly __typename: 'Organization' }
    | { readonly __typename: 'PlanSubscription' }
    | { readonly __typename: 'RoleAssignment' }
    | { readonly __typename: 'Session' }
    | { readonly __typename: 'SignIn' }
    | { readonly __typename: 'Source' }
    | { readonly __typename: 'Team' }
    | { readonly __typename: 'User' }
   | null };

export type MyOrganizationsQueryVariables = Exact<{ [key: string]: never; }>;


export type MyOrganizationsQuery = { readonly viewer: { readonly organizations: ReadonlyArray<{ readonly organizationId: string, readonly name: string, readonly isSandbox: boolean, readonly role: Role, readonly isCurrent: boolean }> } | null };

export type CreateOrganizationMutationVariables = Exact<{
  input: CreateOrganizationInput;
}>;


export type CreateOrganizationMutation = { readonly createOrganization: { readonly organization: { readonly organizationId: string, readonly name: string, readonly isSandbox: boolean, readonly role: Role, readonly isCurrent: boolean } } };

export type AdvanceClockMutationVariables = Exact<{
  input: AdvanceClockInput;
}>;


export type AdvanceClockMutation = { readonly advanceClock: { readonly now: string } };

export type UpdateOrganizationMutationVariables = Exact<{
  input: UpdateOrganizationInput;
}>;


export type UpdateOrganizationMutation = { readonly updateOrganization: { readonly organization: { readonly id: string, readonly name: string, readonly isSandbox: boolean, readonly now: string, readonly createdAt: string, readonly retention: { readonly snapshotDays: number, readonly eventDays: number, readonly archiveDays: number, readonly auditDays: number } } } };

export type DeleteOrganizationMutationVariables = Exact<{
  input: DeleteOrganizationInput;
}>;


export type DeleteOrganizationMutation = { readonly deleteOrganization: { readonly deletedId: string } };

export type SwitchOrganizationMutationVariables = Exact<{
  input: SwitchOrganizationInput;
}>;


export type SwitchOrganizationMutation = { readonly switchOrganization: { readonly token: string, readonly refreshToken: string, readonly expiresAt: string, readonly viewer: { readonly role: Role, readonly permissions: ReadonlyArray<Permission>, readonly user: { readonly id: string, readonly name: string, readonly email: string }, readonly organization: { readonly id: string, readonly name: string, readonly plan: { readonly code: string, readonly name: string, readonly maxSources: number, readonly maxConcurrentSessions: number, readonly maxStoredBytes: number } } } } };

export type LeaveOrganizationMutationVariables = Exact<{ [key: string]: never; }>;


export type LeaveOrganizationMutation = { readonly leaveOrganization:
    | { readonly __typename: 'LastOwnerError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'LeaveOrganizationPayload', readonly left: boolean }
   };

export type SetRetentionMutationVariables = Exact<{
  input: SetRetentionInput;
}>;


export type SetRetentionMutation = { readonly setRetention:
    | { readonly __typename: 'PlanLimitReachedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string, readonly limit: string, readonly allowed: number }
    | { readonly __typename: 'SetRetentionPayload', readonly organization: { readonly id: string, readonly name: string, readonly isSandbox: boolean, readonly now: string, readonly createdAt: string, readonly retention: { readonly snapshotDays: number, readonly eventDays: number, readonly archiveDays: number, readonly auditDays: number } } }
   };

export type InviteMemberMutationVariables = Exact<{
  input: InviteMemberInput;
}>;


export type InviteMemberMutation = { readonly inviteMember:
    | { readonly __typename: 'AlreadyMemberError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'InviteMemberPayload', readonly invitation: { readonly id: string, readonly email: string, readonly role: Role, readonly createdAt: string, readonly expiresAt: string, readonly acceptedAt: string | null, readonly revokedAt: string | null, readonly invitedBy: { readonly id: string, readonly name: string } } }
    | { readonly __typename: 'PlanLimitReachedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string, readonly limit: string, readonly allowed: number }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string, readonly retryAfterMs: number }
   };

export type RevokeInvitationMutationVariables = Exact<{
  input: RevokeInvitationInput;
}>;


export type RevokeInvitationMutation = { readonly revokeInvitation: { readonly invitation: { readonly id: string, readonly email: string, readonly role: Role, readonly createdAt: string, readonly expiresAt: string, readonly acceptedAt: string | null, readonly revokedAt: string | null, readonly invitedBy: { readonly id: string, readonly name: string } } } };

export type AcceptInvitationMutationVariables = Exact<{
  input: AcceptInvitationInput;
}>;


export type AcceptInvitationMutation = { readonly acceptInvitation:
    | { readonly __typename: 'AcceptInvitationPayload', readonly token: string, readonly refreshToken: string, readonly expiresAt: string, readonly viewer: { readonly role: Role, readonly permissions: ReadonlyArray<Permission>, readonly user: { readonly id: string, readonly name: string, readonly email: string }, readonly organization: { readonly id: string, readonly name: string, readonly plan: { readonly code: string, readonly name: string, readonly maxSources: number, readonly maxConcurrentSessions: number, readonly maxStoredBytes: number } } } }
    | { readonly __typename: 'AlreadyMemberError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'InvitationInvalidError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'PlanLimitReachedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type ChangeMemberRoleMutationVariables = Exact<{
  input: ChangeMemberRoleInput;
}>;


export type ChangeMemberRoleMutation = { readonly changeMemberRole:
    | { readonly __typename: 'ChangeMemberRolePayload', readonly membership: { readonly id: string, readonly role: Role, readonly createdAt: string, readonly user: { readonly id: string, readonly name: string, readonly email: string } } }
    | { readonly __typename: 'LastOwnerError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type RemoveMemberMutationVariables = Exact<{
  input: RemoveMemberInput;
}>;


export type RemoveMemberMutation = { readonly removeMember:
    | { readonly __typename: 'LastOwnerError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'RemoveMemberPayload', readonly removedId: string }
   };

export type CreateTeamMutationVariables = Exact<{
  input: CreateTeamInput;
}>;


export type CreateTeamMutation = { readonly createTeam:
    | { readonly __typename: 'CreateTeamPayload', readonly team: { readonly id: string, readonly name: string, readonly createdAt: string } }
    | { readonly __typename: 'TeamNameTakenError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type RenameTeamMutationVariables = Exact<{
  input: RenameTeamInput;
}>;


export type RenameTeamMutation = { readonly renameTeam:
    | { readonly __typename: 'RenameTeamPayload', readonly team: { readonly id: string, readonly name: string, readonly createdAt: string } }
    | { readonly __typename: 'TeamNameTakenError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type DeleteTeamMutationVariables = Exact<{
  input: DeleteTeamInput;
}>;


export type DeleteTeamMutation = { readonly deleteTeam: { readonly deletedId: string } };

export type AddTeamMemberMutationVariables = Exact<{
  input: AddTeamMemberInput;
}>;


export type AddTeamMemberMutation = { readonly addTeamMember: { readonly team: { readonly id: string, readonly name: string, readonly createdAt: string } } };

export type RemoveTeamMemberMutationVariables = Exact<{
  input: RemoveTeamMemberInput;
}>;


export type RemoveTeamMemberMutation = { readonly removeTeamMember: { readonly team: { readonly id: string, readonly name: string, readonly createdAt: string } } };

export type CreateCustomRoleMutationVariables = Exact<{
  input: CreateCustomRoleInput;
}>;


export type CreateCustomRoleMutation = { readonly createCustomRole:
    | { readonly __typename: 'CreateCustomRolePayload', readonly customRole: { readonly id: string, readonly name: string, readonly permissions: ReadonlyArray<Permission>, readonly createdAt: string } }
    | { readonly __typename: 'RoleNameTakenError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type UpdateCustomRoleMutationVariables = Exact<{
  input: UpdateCustomRoleInput;
}>;


export type UpdateCustomRoleMutation = { readonly updateCustomRole:
    | { readonly __typename: 'RoleNameTakenError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'UpdateCustomRolePayload', readonly customRole: { readonly id: string, readonly name: string, readonly permissions: ReadonlyArray<Permission>, readonly createdAt: string } }
   };

export type DeleteCustomRoleMutationVariables = Exact<{
  input: DeleteCustomRoleInput;
}>;


export type DeleteCustomRoleMutation = { readonly deleteCustomRole: { readonly deletedId: string } };

export type AssignRoleMutationVariables = Exact<{
  input: AssignRoleInput;
}>;


export type AssignRoleMutation = { readonly assignRole: { readonly assignment: { readonly id: string, readonly createdAt: string, readonly customRole: { readonly id: string, readonly name: string }, readonly membership: { readonly id: string } | null, readonly team: { readonly id: string, readonly name: string } | null, readonly source: { readonly id: string, readonly name: string } | null } } };

export type UnassignRoleMutationVariables = Exact<{
  input: UnassignRoleInput;
}>;


export type UnassignRoleMutation = { readonly unassignRole: { readonly unassignedId: string } };

export type LinkedIdentityFieldsFragment = { readonly id: string, readonly provider: string, readonly email: string | null, readonly createdAt: string, readonly lastUsedAt: string | null };

export type IdentityProvidersQueryVariables = Exact<{ [key: string]: never; }>;


export type IdentityProvidersQuery = { readonly identityProviders: ReadonlyArray<{ readonly name: string, readonly title: string }> };

export type LinkedIdentitiesQueryVariables = Exact<{ [key: string]: never; }>;


export type LinkedIdentitiesQuery = { readonly viewer: { readonly identities: ReadonlyArray<{ readonly id: string, readonly provider: string, readonly email: string | null, readonly createdAt: string, readonly lastUsedAt: string | null }> } | null };

export type StartIdentitySignInMutationVariables = Exact<{
  input: StartIdentitySignInInput;
}>;


export type StartIdentitySignInMutation = { readonly startIdentitySignIn:
    | { readonly __typename: 'IdentityRefusedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'StartIdentitySignInPayload', readonly url: string, readonly verifier: string }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string }
   };

export type SignInWithIdentityMutationVariables = Exact<{
  input: SignInWithIdentityInput;
}>;


export type SignInWithIdentityMutation = { readonly signInWithIdentity:
    | { readonly __typename: 'EmailNotVerifiedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'IdentityLinkPending', readonly email: string }
    | { readonly __typename: 'IdentityRefusedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'SecondFactorRequired', readonly ticket: string, readonly expiresAt: string }
    | { readonly __typename: 'SignInWithIdentityPayload', readonly token: string, readonly refreshToken: string, readonly deviceToken: string, readonly expiresAt: string, readonly viewer: { readonly role: Role, readonly permissions: ReadonlyArray<Permission>, readonly user: { readonly id: string, readonly name: string, readonly email: string }, readonly organization: { readonly id: string, readonly name: string, readonly plan: { readonly code: string, readonly name: string, readonly maxSources: number, readonly maxConcurrentSessions: number, readonly maxStoredBytes: number } } } }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string }
   };

export type StartIdentityLinkMutationVariables = Exact<{
  input: StartIdentityLinkInput;
}>;


export type StartIdentityLinkMutation = { readonly startIdentityLink:
    | { readonly __typename: 'IdentityRefusedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'StartIdentityLinkPayload', readonly url: string, readonly verifier: string }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string }
   };

export type LinkIdentityMutationVariables = Exact<{
  input: LinkIdentityInput;
}>;


export type LinkIdentityMutation = { readonly linkIdentity:
    | { readonly __typename: 'EmailNotVerifiedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'IdentityRefusedError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'IdentityTakenError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'LinkIdentityPayload', readonly identity: { readonly id: string, readonly provider: string, readonly email: string | null, readonly createdAt: string, readonly lastUsedAt: string | null } }
   };

export type UnlinkIdentityMutationVariables = Exact<{
  input: UnlinkIdentityInput;
}>;


export type UnlinkIdentityMutation = { readonly unlinkIdentity: { readonly viewer: { readonly role: Role } } };

export type ConfirmIdentityLinkMutationVariables = Exact<{
  input: ConfirmIdentityLinkInput;
}>;


export type ConfirmIdentityLinkMutation = { readonly confirmIdentityLink:
    | { readonly __typename: 'ConfirmIdentityLinkPayload', readonly email: string }
    | { readonly __typename: 'IdentityTakenError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'TokenInvalidError', readonly code: ErrorCode, readonly message: string }
   };

export type SecondFactorQueryVariables = Exact<{ [key: string]: never; }>;


export type SecondFactorQuery = { readonly viewer: { readonly secondFactor: { readonly enabled: boolean, readonly recoveryCodesLeft: number } | null } | null };

export type EnrollTotpMutationVariables = Exact<{ [key: string]: never; }>;


export type EnrollTotpMutation = { readonly enrollTotp:
    | { readonly __typename: 'EnrollTotpPayload', readonly secret: string, readonly uri: string }
    | { readonly __typename: 'SecondFactorEnabledError', readonly code: ErrorCode, readonly message: string }
   };

export type ConfirmTotpMutationVariables = Exact<{
  input: ConfirmTotpInput;
}>;


export type ConfirmTotpMutation = { readonly confirmTotp:
    | { readonly __typename: 'ConfirmTotpPayload', readonly recoveryCodes: ReadonlyArray<string> }
    | { readonly __typename: 'SecondFactorInvalidError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string }
   };

export type DisableTotpMutationVariables = Exact<{ [key: string]: never; }>;


export type DisableTotpMutation = { readonly disableTotp: { readonly secondFactor: { readonly enabled: boolean } } };

export type NewRecoveryCodesMutationVariables = Exact<{ [key: string]: never; }>;


export type NewRecoveryCodesMutation = { readonly newRecoveryCodes: { readonly recoveryCodes: ReadonlyArray<string> } };

export type StepUpMutationVariables = Exact<{
  input: StepUpInput;
}>;


export type StepUpMutation = { readonly stepUp:
    | { readonly __typename: 'CredentialsInvalidError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'SecondFactorInvalidError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'StepUpPayload', readonly provedAt: string | null }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string }
   };

export type SignInWithSecondFactorMutationVariables = Exact<{
  input: SignInWithSecondFactorInput;
}>;


export type SignInWithSecondFactorMutation = { readonly signInWithSecondFactor:
    | { readonly __typename: 'SecondFactorInvalidError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'SignInWithSecondFactorPayload', readonly token: string, readonly refreshToken: string, readonly deviceToken: string, readonly expiresAt: string, readonly viewer: { readonly role: Role, readonly permissions: ReadonlyArray<Permission>, readonly user: { readonly id: string, readonly name: string, readonly email: string }, readonly organization: { readonly id: string, readonly name: string, readonly plan: { readonly code: string, readonly name: string, readonly maxSources: number, readonly maxConcurrentSessions: number, readonly maxStoredBytes: number } } } }
    | { readonly __typename: 'TokenInvalidError', readonly code: ErrorCode, readonly message: string }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string }
   };

export type RefreshTokenMutationVariables = Exact<{
  input: RefreshTokenInput;
}>;


export type RefreshTokenMutation = { readonly refreshToken:
    | { readonly __typename: 'RefreshTokenInvalidError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'RefreshTokenPayload', readonly token: string, readonly refreshToken: string, readonly expiresAt: string }
    | { readonly __typename: 'RefreshTokenReusedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type SignInFieldsFragment = { readonly id: string, readonly kind: SignInKind, readonly deviceName: string | null, readonly userAgent: string | null, readonly address: string | null, readonly place: string | null, readonly createdAt: string, readonly lastSeenAt: string, readonly expiresAt: string, readonly current: boolean };

export type SignInsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type SignInsQuery = { readonly viewer: { readonly signIns: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: { readonly id: string, readonly kind: SignInKind, readonly deviceName: string | null, readonly userAgent: string | null, readonly address: string | null, readonly place: string | null, readonly createdAt: string, readonly lastSeenAt: string, readonly expiresAt: string, readonly current: boolean } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } } | null };

export type RevokeSignInMutationVariables = Exact<{
  input: RevokeSignInInput;
}>;


export type RevokeSignInMutation = { readonly revokeSignIn: { readonly revoked: boolean } };

export type SignOutEverywhereMutationVariables = Exact<{
  input: SignOutEverywhereInput;
}>;


export type SignOutEverywhereMutation = { readonly signOutEverywhere: { readonly count: number } };

export type SignUpMutationVariables = Exact<{
  input: SignUpInput;
}>;


export type SignUpMutation = { readonly signUp:
    | { readonly __typename: 'EmailTakenError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'PasswordRefusedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'SignUpPayload', readonly token: string, readonly refreshToken: string, readonly deviceToken: string, readonly expiresAt: string, readonly viewer: { readonly role: Role, readonly permissions: ReadonlyArray<Permission>, readonly user: { readonly id: string, readonly name: string, readonly email: string }, readonly organization: { readonly id: string, readonly name: string, readonly plan: { readonly code: string, readonly name: string, readonly maxSources: number, readonly maxConcurrentSessions: number, readonly maxStoredBytes: number } } } }
    | { readonly __typename: 'SignUpPending', readonly email: string }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type SignInMutationVariables = Exact<{
  input: SignInInput;
}>;


export type SignInMutation = { readonly signIn:
    | { readonly __typename: 'CredentialsInvalidError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'EmailNotVerifiedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'SecondFactorRequired', readonly ticket: string, readonly expiresAt: string }
    | { readonly __typename: 'SignInPayload', readonly token: string, readonly refreshToken: string, readonly deviceToken: string, readonly expiresAt: string, readonly viewer: { readonly role: Role, readonly permissions: ReadonlyArray<Permission>, readonly user: { readonly id: string, readonly name: string, readonly email: string }, readonly organization: { readonly id: string, readonly name: string, readonly plan: { readonly code: string, readonly name: string, readonly maxSources: number, readonly maxConcurrentSessions: number, readonly maxStoredBytes: number } } } }
    | { readonly __typename: 'TooManyAttemptsError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type SignOutMutationVariables = Exact<{ [key: string]: never; }>;


export type SignOutMutation = { readonly signOut: { readonly signedOut: boolean } };

export type ViewerFieldsFragment = { readonly role: Role, readonly permissions: ReadonlyArray<Permission>, readonly user: { readonly id: string, readonly name: string, readonly email: string }, readonly organization: { readonly id: string, readonly name: string, readonly plan: { readonly code: string, readonly name: string, readonly maxSources: number, readonly maxConcurrentSessions: number, readonly maxStoredBytes: number } } };

export type ViewerQueryVariables = Exact<{ [key: string]: never; }>;


export type ViewerQuery = { readonly viewer: { readonly role: Role, readonly permissions: ReadonlyArray<Permission>, readonly user: { readonly id: string, readonly name: string, readonly email: string }, readonly organization: { readonly id: string, readonly name: string, readonly plan: { readonly code: string, readonly name: string, readonly maxSources: number, readonly maxConcurrentSessions: number, readonly maxStoredBytes: number } } } | null };

export type NotificationFieldsFragment = { readonly id: string, readonly kind: string, readonly createdAt: string, readonly readAt: string | null, readonly values: ReadonlyArray<{ readonly name: string, readonly value: string }> };

export type NotificationsQueryVariables = Exact<{
  unreadOnly?: boolean | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type NotificationsQuery = { readonly notifications: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly kind: string, readonly createdAt: string, readonly readAt: string | null, readonly values: ReadonlyArray<{ readonly name: string, readonly value: string }> } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type UnreadCountQueryVariables = Exact<{ [key: string]: never; }>;


export type UnreadCountQuery = { readonly unreadCount: number };

export type MarkNotificationsReadMutationVariables = Exact<{
  input: MarkNotificationsReadInput;
}>;


export type MarkNotificationsReadMutation = { readonly markNotificationsRead: { readonly count: number } };

export type NotificationAddedSubscriptionVariables = Exact<{ [key: string]: never; }>;


export type NotificationAddedSubscription = { readonly notificationAdded: { readonly id: string, readonly kind: string, readonly createdAt: string, readonly readAt: string | null, readonly values: ReadonlyArray<{ readonly name: string, readonly value: string }> } };

export type FeatureFlagsQueryVariables = Exact<{ [key: string]: never; }>;


export type FeatureFlagsQuery = { readonly featureFlags: ReadonlyArray<{ readonly name: string, readonly isOn: boolean }> };

export type JobFieldsFragment = { readonly jobId: string, readonly name: string, readonly state: JobState, readonly data: string, readonly error: string | null, readonly attemptCount: number, readonly attemptsMax: number, readonly workerId: string | null, readonly createdAt: string, readonly startsAt: string, readonly startedAt: string | null, readonly finishedAt: string | null };

export type JobsQueryVariables = Exact<{
  name?: string | null | undefined;
  state?: JobState | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type JobsQuery = { readonly jobs: { readonly edges: ReadonlyArray<{ readonly node: { readonly jobId: string, readonly name: string, readonly state: JobState, readonly data: string, readonly error: string | null, readonly attemptCount: number, readonly attemptsMax: number, readonly workerId: string | null, readonly createdAt: string, readonly startsAt: string, readonly startedAt: string | null, readonly finishedAt: string | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type DeadJobsQueryVariables = Exact<{
  name?: string | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type DeadJobsQuery = { readonly deadJobs: { readonly edges: ReadonlyArray<{ readonly node: { readonly jobId: string, readonly name: string, readonly state: JobState, readonly data: string, readonly error: string | null, readonly attemptCount: number, readonly attemptsMax: number, readonly workerId: string | null, readonly createdAt: string, readonly startsAt: string, readonly startedAt: string | null, readonly finishedAt: string | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type RetryJobMutationVariables = Exact<{
  input: RetryJobInput;
}>;


export type RetryJobMutation = { readonly retryJob: { readonly job: { readonly jobId: string, readonly name: string, readonly state: JobState, readonly data: string, readonly error: string | null, readonly attemptCount: number, readonly attemptsMax: number, readonly workerId: string | null, readonly createdAt: string, readonly startsAt: string, readonly startedAt: string | null, readonly finishedAt: string | null } } };

export type CancelJobMutationVariables = Exact<{
  input: CancelJobInput;
}>;


export type CancelJobMutation = { readonly cancelJob: { readonly job: { readonly jobId: string, readonly name: string, readonly state: JobState, readonly data: string, readonly error: string | null, readonly attemptCount: number, readonly attemptsMax: number, readonly workerId: string | null, readonly createdAt: string, readonly startsAt: string, readonly startedAt: string | null, readonly finishedAt: string | null } } };

export type NodesQueryVariables = Exact<{
  ids: ReadonlyArray<string> | string;
}>;


export type NodesQuery = { readonly nodes: ReadonlyArray<
    | { readonly __typename: 'ApiKey', readonly id: string }
    | { readonly __typename: 'Artifact', readonly id: string }
    | { readonly __typename: 'CustomRole', readonly id: string }
    | { readonly __typename: 'Event', readonly id: string, readonly seq: number, readonly cursor: string, readonly type: EventType, readonly occurredAt: string, readonly recordedAt: string, readonly frameIndex: number | null, readonly trackNumber: number | null, readonly label: string | null, readonly confidence: number | null, readonly box: { readonly x: number, readonly y: number, readonly width: number, readonly height: number } | null, readonly source: { readonly id: string, readonly name: string } | null, readonly session: { readonly id: string } | null, readonly snapshot: { readonly id: string, readonly contentType: string, readonly url: string } | null }
    | { readonly __typename: 'Invitation', readonly id: string }
    | { readonly __typename: 'Invoice', readonly id: string }
    | { readonly __typename: 'Membership', readonly id: string }
    | { readonly __typename: 'Notification', readonly id: string }
    | { readonly __typename: 'Organization', readonly id: string }
    | { readonly __typename: 'PlanSubscription', readonly id: string }
    | { readonly __typename: 'RoleAssignment', readonly id: string }
    | { readonly __typename: 'Session', readonly id: string, readonly pipelines: ReadonlyArray<string>, readonly profile: SessionProfile, readonly runBy: SessionRunner, readonly state: SessionState, readonly endReason: SessionEndReason | null, readonly endDetail: string | null, readonly framesRead: number, readonly framesTotal: number | null, readonly eventCount: number, readonly attemptCount: number, readonly model: string | null, readonly createdAt: string, readonly startedAt: string | null, readonly endedAt: string | null, readonly source: { readonly id: string, readonly name: string } | null }
    | { readonly __typename: 'SignIn', readonly id: string }
    | { readonly __typename: 'Source', readonly id: string, readonly name: string, readonly kind: SourceKind, readonly path: string | null, readonly frameIntervalMs: number, readonly fileCount: number, readonly hasCredential: boolean, readonly createdAt: string }
    | { readonly __typename: 'Team', readonly id: string, readonly name: string, readonly createdAt: string }
    | { readonly __typename: 'User', readonly id: string }
   | null> };

export type PresenceSubscriptionVariables = Exact<{
  sourceId?: string | null | undefined;
}>;


export type PresenceSubscription = { readonly presence: { readonly sourceId: string | null, readonly presentCount: number, readonly present: ReadonlyArray<{ readonly userId: string, readonly name: string, readonly activity: string | null, readonly since: string }> } };

export type SetActivityMutationVariables = Exact<{
  input: SetActivityInput;
}>;


export type SetActivityMutation = { readonly setActivity: { readonly isShown: boolean } };

export type PrivacyRequestFieldsFragment = { readonly id: string, readonly kind: PrivacyRequestKind, readonly state: PrivacyRequestState, readonly requestedAt: string, readonly finishedAt: string | null, readonly expiresAt: string | null, readonly url: string | null };

export type ConsentFieldsFragment = { readonly document: string, readonly version: string, readonly granted: boolean, readonly at: string };

export type PrivacyRequestsQueryVariables = Exact<{ [key: string]: never; }>;


export type PrivacyRequestsQuery = { readonly viewer: { readonly privacyRequests: ReadonlyArray<{ readonly id: string, readonly kind: PrivacyRequestKind, readonly state: PrivacyRequestState, readonly requestedAt: string, readonly finishedAt: string | null, readonly expiresAt: string | null, readonly url: string | null }> } | null };

export type ConsentsQueryVariables = Exact<{ [key: string]: never; }>;


export type ConsentsQuery = { readonly viewer: { readonly consents: ReadonlyArray<{ readonly document: string, readonly version: string, readonly granted: boolean, readonly at: string }> } | null };

export type RequestExportMutationVariables = Exact<{ [key: string]: never; }>;


export type RequestExportMutation = { readonly requestExport: { readonly viewer: { readonly privacyRequests: ReadonlyArray<{ readonly id: string, readonly kind: PrivacyRequestKind, readonly state: PrivacyRequestState, readonly requestedAt: string, readonly finishedAt: string | null, readonly expiresAt: string | null, readonly url: string | null }> } | null } };

export type EraseMeMutationVariables = Exact<{
  input: EraseMeInput;
}>;


export type EraseMeMutation = { readonly eraseMe:
    | { readonly __typename: 'EraseMePayload', readonly erased: boolean }
    | { readonly __typename: 'ErasureBlockedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type RecordConsentMutationVariables = Exact<{
  input: RecordConsentInput;
}>;


export type RecordConsentMutation = { readonly recordConsent: { readonly viewer: { readonly consents: ReadonlyArray<{ readonly document: string, readonly version: string, readonly granted: boolean, readonly at: string }> } | null } };

export type SessionFieldsFragment = { readonly id: string, readonly pipelines: ReadonlyArray<string>, readonly profile: SessionProfile, readonly runBy: SessionRunner, readonly state: SessionState, readonly endReason: SessionEndReason | null, readonly endDetail: string | null, readonly framesRead: number, readonly framesTotal: number | null, readonly eventCount: number, readonly attemptCount: number, readonly model: string | null, readonly createdAt: string, readonly startedAt: string | null, readonly endedAt: string | null, readonly source: { readonly id: string, readonly name: string } | null };

export type SessionQueryVariables = Exact<{
  id: string;
}>;


export type SessionQuery = { readonly session: { readonly id: string, readonly pipelines: ReadonlyArray<string>, readonly profile: SessionProfile, readonly runBy: SessionRunner, readonly state: SessionState, readonly endReason: SessionEndReason | null, readonly endDetail: string | null, readonly framesRead: number, readonly framesTotal: number | null, readonly eventCount: number, readonly attemptCount: number, readonly model: string | null, readonly createdAt: string, readonly startedAt: string | null, readonly endedAt: string | null, readonly source: { readonly id: string, readonly name: string } | null } | null };

export type SessionsQueryVariables = Exact<{
  filter?: SessionFilter | null | undefined;
  first: number;
  after?: string | null | undefined;
}>;


export type SessionsQuery = { readonly sessions: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: { readonly id: string, readonly pipelines: ReadonlyArray<string>, readonly profile: SessionProfile, readonly runBy: SessionRunner, readonly state: SessionState, readonly endReason: SessionEndReason | null, readonly endDetail: string | null, readonly framesRead: number, readonly framesTotal: number | null, readonly eventCount: number, readonly attemptCount: number, readonly model: string | null, readonly createdAt: string, readonly startedAt: string | null, readonly endedAt: string | null, readonly source: { readonly id: string, readonly name: string } | null } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type StartSessionMutationVariables = Exact<{
  input: StartSessionInput;
}>;


export type StartSessionMutation = { readonly startSession:
    | { readonly __typename: 'PaymentRequiredError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'PipelineUnknownError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'PlanLimitReachedError', readonly limit: string, readonly allowed: number, readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'StartSessionPayload', readonly session: { readonly id: string, readonly pipelines: ReadonlyArray<string>, readonly profile: SessionProfile, readonly runBy: SessionRunner, readonly state: SessionState, readonly endReason: SessionEndReason | null, readonly endDetail: string | null, readonly framesRead: number, readonly framesTotal: number | null, readonly eventCount: number, readonly attemptCount: number, readonly model: string | null, readonly createdAt: string, readonly startedAt: string | null, readonly endedAt: string | null, readonly source: { readonly id: string, readonly name: string } | null } }
   };

export type StopSessionMutationVariables = Exact<{
  input: StopSessionInput;
}>;


export type StopSessionMutation = { readonly stopSession: { readonly session: { readonly id: string, readonly pipelines: ReadonlyArray<string>, readonly profile: SessionProfile, readonly runBy: SessionRunner, readonly state: SessionState, readonly endReason: SessionEndReason | null, readonly endDetail: string | null, readonly framesRead: number, readonly framesTotal: number | null, readonly eventCount: number, readonly attemptCount: number, readonly model: string | null, readonly createdAt: string, readonly startedAt: string | null, readonly endedAt: string | null, readonly source: { readonly id: string, readonly name: string } | null } } };

export type SessionChangedSubscriptionVariables = Exact<{
  id: string;
}>;


export type SessionChangedSubscription = { readonly sessionChanged: { readonly id: string, readonly pipelines: ReadonlyArray<string>, readonly profile: SessionProfile, readonly runBy: SessionRunner, readonly state: SessionState, readonly endReason: SessionEndReason | null, readonly endDetail: string | null, readonly framesRead: number, readonly framesTotal: number | null, readonly eventCount: number, readonly attemptCount: number, readonly model: string | null, readonly createdAt: string, readonly startedAt: string | null, readonly endedAt: string | null, readonly source: { readonly id: string, readonly name: string } | null } };

export type SourceFieldsFragment = { readonly id: string, readonly name: string, readonly kind: SourceKind, readonly path: string | null, readonly frameIntervalMs: number, readonly fileCount: number, readonly hasCredential: boolean, readonly createdAt: string };

export type SourceQueryVariables = Exact<{
  id: string;
}>;


export type SourceQuery = { readonly source: { readonly id: string, readonly name: string, readonly kind: SourceKind, readonly path: string | null, readonly frameIntervalMs: number, readonly fileCount: number, readonly hasCredential: boolean, readonly createdAt: string } | null };

export type SourcesQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type SourcesQuery = { readonly sources: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: { readonly id: string, readonly name: string, readonly kind: SourceKind, readonly path: string | null, readonly frameIntervalMs: number, readonly fileCount: number, readonly hasCredential: boolean, readonly createdAt: string } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type SourceOverviewsQueryVariables = Exact<{
  first: number;
  after?: string | null | undefined;
}>;


export type SourceOverviewsQuery = { readonly sources: { readonly edges: ReadonlyArray<{ readonly cursor: string, readonly node: { readonly id: string, readonly name: string, readonly kind: SourceKind, readonly path: string | null, readonly frameIntervalMs: number, readonly fileCount: number, readonly hasCredential: boolean, readonly createdAt: string, readonly sessions: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly pipelines: ReadonlyArray<string>, readonly profile: SessionProfile, readonly runBy: SessionRunner, readonly state: SessionState, readonly endReason: SessionEndReason | null, readonly endDetail: string | null, readonly framesRead: number, readonly framesTotal: number | null, readonly eventCount: number, readonly attemptCount: number, readonly model: string | null, readonly createdAt: string, readonly startedAt: string | null, readonly endedAt: string | null, readonly events: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly seq: number, readonly cursor: string, readonly type: EventType, readonly occurredAt: string, readonly recordedAt: string, readonly frameIndex: number | null, readonly trackNumber: number | null, readonly label: string | null, readonly confidence: number | null, readonly box: { readonly x: number, readonly y: number, readonly width: number, readonly height: number } | null, readonly source: { readonly id: string, readonly name: string } | null, readonly session: { readonly id: string } | null, readonly snapshot: { readonly id: string, readonly contentType: string, readonly url: string } | null } }> }, readonly source: { readonly id: string, readonly name: string } | null } }> } } }>, readonly pageInfo: { readonly hasNextPage: boolean, readonly endCursor: string | null } } };

export type SourceOverviewQueryVariables = Exact<{
  id: string;
}>;


export type SourceOverviewQuery = { readonly source: { readonly id: string, readonly name: string, readonly kind: SourceKind, readonly path: string | null, readonly frameIntervalMs: number, readonly fileCount: number, readonly hasCredential: boolean, readonly createdAt: string, readonly sessions: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly pipelines: ReadonlyArray<string>, readonly profile: SessionProfile, readonly runBy: SessionRunner, readonly state: SessionState, readonly endReason: SessionEndReason | null, readonly endDetail: string | null, readonly framesRead: number, readonly framesTotal: number | null, readonly eventCount: number, readonly attemptCount: number, readonly model: string | null, readonly createdAt: string, readonly startedAt: string | null, readonly endedAt: string | null, readonly source: { readonly id: string, readonly name: string } | null } }> }, readonly watched: { readonly edges: ReadonlyArray<{ readonly node: { readonly events: { readonly edges: ReadonlyArray<{ readonly node: { readonly id: string, readonly seq: number, readonly cursor: string, readonly type: EventType, readonly occurredAt: string, readonly recordedAt: string, readonly frameIndex: number | null, readonly trackNumber: number | null, readonly label: string | null, readonly confidence: number | null, readonly box: { readonly x: number, readonly y: number, readonly width: number, readonly height: number } | null, readonly source: { readonly id: string, readonly name: string } | null, readonly session: { readonly id: string } | null, readonly snapshot: { readonly id: string, readonly contentType: string, readonly url: string } | null } }> } } }> } } | null };

export type CreateSourceMutationVariables = Exact<{
  input: CreateSourceInput;
}>;


export type CreateSourceMutation = { readonly createSource:
    | { readonly __typename: 'CreateSourcePayload', readonly source: { readonly id: string, readonly name: string, readonly kind: SourceKind, readonly path: string | null, readonly frameIntervalMs: number, readonly fileCount: number, readonly hasCredential: boolean, readonly createdAt: string } }
    | { readonly __typename: 'PlanLimitReachedError', readonly limit: string, readonly allowed: number, readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'SourceEmptyError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'SourceNameTakenError', readonly sourceName: string, readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'SourcePathRefusedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'UploadIncompleteError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type SetSourceCredentialMutationVariables = Exact<{
  input: SetSourceCredentialInput;
}>;


export type SetSourceCredentialMutation = { readonly setSourceCredential: { readonly source: { readonly id: string, readonly name: string, readonly kind: SourceKind, readonly path: string | null, readonly frameIntervalMs: number, readonly fileCount: number, readonly hasCredential: boolean, readonly createdAt: string } } };

export type CreateUploadMutationVariables = Exact<{
  input: CreateUploadInput;
}>;


export type CreateUploadMutation = { readonly createUpload:
    | { readonly __typename: 'CreateUploadPayload', readonly uploadId: string, readonly url: string, readonly method: string, readonly expiresAt: string, readonly headers: ReadonlyArray<{ readonly name: string, readonly value: string }> }
    | { readonly __typename: 'FileTypeRefusedError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'PaymentRequiredError', readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
    | { readonly __typename: 'PlanLimitReachedError', readonly limit: string, readonly allowed: number, readonly code: ErrorCode, readonly message: string, readonly hint: string, readonly retryable: boolean, readonly docs: string }
   };

export type EstimateFieldsFragment = { readonly isRehearsed: boolean, readonly queryCost: number | null, readonly charges: ReadonlyArray<{ readonly meter: Meter | null, readonly units: number | null, readonly amountMinor: number | null, readonly currency: string }>, readonly left: ReadonlyArray<{ readonly name: string, readonly left: number, readonly limit: number, readonly resetsAt: string | null }>, readonly refusals: ReadonlyArray<{ readonly code: string, readonly message: string, readonly retryAfterMs: number | null }> };

export type EstimateQueryVariables = Exact<{
  operation: string;
  variables?: string | null | undefined;
  operationName?: string | null | undefined;
  sessionSeconds: number;
  sessionFrames?: number | null | undefined;
}>;


export type EstimateQuery = { readonly estimate: { readonly isRehearsed: boolean, readonly queryCost: number | null, readonly charges: ReadonlyArray<{ readonly meter: Meter | null, readonly units: number | null, readonly amountMinor: number | null, readonly currency: string }>, readonly left: ReadonlyArray<{ readonly name: string, readonly left: number, readonly limit: number, readonly resetsAt: string | null }>, readonly refusals: ReadonlyArray<{ readonly code: string, readonly message: string, readonly retryAfterMs: number | null }> } };

export type EstimateSessionQueryVariables = Exact<{
  input: StartSessionInput;
  seconds: number;
  frames?: number | null | undefined;
}>;


export type EstimateSessionQuery = { readonly estimateSession: { readonly isRehearsed: boolean, readonly queryCost: number | null, readonly charges: ReadonlyArray<{ readonly meter: Meter | null, readonly units: number | null, readonly amountMinor: number | null, readonly currency: string }>, readonly left: ReadonlyArray<{ readonly name: string, readonly left: number, readonly limit: number, readonly resetsAt: string | null }>, readonly refusals: ReadonlyArray<{ readonly code: string, readonly message: string, readonly retryAfterMs: number | null }> } };

export type UsageSumFieldsFragment = { readonly meter: Meter, readonly quantity: number, readonly actCount: number, readonly day: string | null, readonly apiKeyId: string | null, readonly model: string | null, readonly sourceId: string | null, readonly name: string | null };

export type CostFieldsFragment = { readonly currency: string, readonly baseMinor: number, readonly totalMinor: number, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly lines: ReadonlyArray<{ readonly meter: Meter, readonly quantity: number, readonly included: number, readonly unitAmountMinor: number, readonly perUnits: number, readonly amountMinor: number }> };

export type UsageQueryVariables = Exact<{
  filter: UsageFilter;
}>;


export type UsageQuery = { readonly usage: { readonly from: string, readonly to: string, readonly isCut: boolean, readonly totals: ReadonlyArray<{ readonly meter: Meter, readonly quantity: number, readonly actCount: number }>, readonly groups: ReadonlyArray<{ readonly meter: Meter, readonly quantity: number, readonly actCount: number, readonly day: string | null, readonly apiKeyId: string | null, readonly model: string | null, readonly sourceId: string | null, readonly name: string | null }> } };

export type TopConsumersQueryVariables = Exact<{
  by: UsageConsumer;
  meter: Meter;
  first: number;
  from?: string | null | undefined;
  to?: string | null | undefined;
}>;


export type TopConsumersQuery = { readonly topConsumers: ReadonlyArray<{ readonly meter: Meter, readonly quantity: number, readonly actCount: number, readonly day: string | null, readonly apiKeyId: string | null, readonly model: string | null, readonly sourceId: string | null, readonly name: string | null }> };

export type CostSoFarQueryVariables = Exact<{ [key: string]: never; }>;


export type CostSoFarQuery = { readonly costSoFar: { readonly currency: string, readonly baseMinor: number, readonly totalMinor: number, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly lines: ReadonlyArray<{ readonly meter: Meter, readonly quantity: number, readonly included: number, readonly unitAmountMinor: number, readonly perUnits: number, readonly amountMinor: number }> } };

export type ForecastQueryVariables = Exact<{ [key: string]: never; }>;


export type ForecastQuery = { readonly forecast: { readonly currency: string, readonly baseMinor: number, readonly totalMinor: number, readonly periodStartsAt: string, readonly periodEndsAt: string, readonly lines: ReadonlyArray<{ readonly meter: Meter, readonly quantity: number, readonly included: number, readonly unitAmountMinor: number, readonly perUnits: number, readonly amountMinor: number }> } };

export type UsageLiveSubscriptionVariables = Exact<{
  meter: Meter;
}>;


export type UsageLiveSubscription = { readonly usageLive: { readonly meter: Meter, readonly used: number, readonly left: number | null, readonly limit: number | null, readonly resetsAt: string, readonly at: string } };
