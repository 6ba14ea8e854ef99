import type { TypedDocument } from '../transport/document.ts';
import type * as Types from './types.ts';
export const ApiKeysDocument =
  'query ApiKeys($first:Int!$after:String){viewer{apiKeys(first:$first after:$after){edges{cursor node{...ApiKeyFields}}pageInfo{hasNextPage endCursor}}}}fragment ApiKeyFields on ApiKey{id name prefix scopes allowedAddresses limits{name max windowSeconds}createdAt lastUsedAt expiresAt previousExpiresAt revokedAt}' as TypedDocument<Types.ApiKeysQuery, Types.ApiKeysQueryVariables>;

export const ApproveDeviceDocument =
  'mutation ApproveDevice($input:DeviceDecisionInput!){approveDevice(input:$input){decided}}' as TypedDocument<Types.ApproveDeviceMutation, Types.ApproveDeviceMutationVariables>;

export const ArtifactLinkDocument =
  'query ArtifactLink($id:ID!){node(id:$id){...on Artifact{url}}}' as TypedDocument<Types.ArtifactLinkQuery, Types.ArtifactLinkQueryVariables>;

export const ChangePasswordDocument =
  'mutation ChangePassword($input:ChangePasswordInput!){changePassword(input:$input){__typename ...on ChangePasswordPayload{changed}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.ChangePasswordMutation, Types.ChangePasswordMutationVariables>;

export const ConfirmIdentityLinkDocument =
  'mutation ConfirmIdentityLink($input:ConfirmIdentityLinkInput!){confirmIdentityLink(input:$input){__typename ...on ConfirmIdentityLinkPayload{email}...on UserError{code message}}}' as TypedDocument<Types.ConfirmIdentityLinkMutation, Types.ConfirmIdentityLinkMutationVariables>;

export const ConfirmTotpDocument =
  'mutation ConfirmTotp($input:ConfirmTotpInput!){confirmTotp(input:$input){__typename ...on ConfirmTotpPayload{recoveryCodes}...on UserError{code message}}}' as TypedDocument<Types.ConfirmTotpMutation, Types.ConfirmTotpMutationVariables>;

export const CreateApiKeyDocument =
  'mutation CreateApiKey($input:CreateApiKeyInput!){createApiKey(input:$input){secret apiKey{...ApiKeyFields}}}fragment ApiKeyFields on ApiKey{id name prefix scopes allowedAddresses limits{name max windowSeconds}createdAt lastUsedAt expiresAt previousExpiresAt revokedAt}' as TypedDocument<Types.CreateApiKeyMutation, Types.CreateApiKeyMutationVariables>;

export const CreateSourceDocument =
  'mutation CreateSource($input:CreateSourceInput!){createSource(input:$input){__typename ...on CreateSourcePayload{source{...SourceFields}}...on SourceNameTakenError{sourceName}...on PlanLimitReachedError{limit allowed}...on UserError{code message hint retryable docs}}}fragment SourceFields on Source{id name kind path frameIntervalMs fileCount createdAt}' as TypedDocument<Types.CreateSourceMutation, Types.CreateSourceMutationVariables>;

export const CreateUploadDocument =
  'mutation CreateUpload($input:CreateUploadInput!){createUpload(input:$input){__typename ...on CreateUploadPayload{uploadId url method headers{name value}expiresAt}...on PlanLimitReachedError{limit allowed}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.CreateUploadMutation, Types.CreateUploadMutationVariables>;

export const DenyDeviceDocument =
  'mutation DenyDevice($input:DeviceDecisionInput!){denyDevice(input:$input){decided}}' as TypedDocument<Types.DenyDeviceMutation, Types.DenyDeviceMutationVariables>;

export const DeviceGrantDocument =
  'query DeviceGrant($userCode:String!){deviceGrant(userCode:$userCode){clientName deviceName address place createdAt expiresAt}}' as TypedDocument<Types.DeviceGrantQuery, Types.DeviceGrantQueryVariables>;

export const DisableTotpDocument =
  'mutation DisableTotp{disableTotp{secondFactor{enabled}}}' as TypedDocument<Types.DisableTotpMutation, Types.DisableTotpMutationVariables>;

export const EnrollTotpDocument =
  'mutation EnrollTotp{enrollTotp{__typename ...on EnrollTotpPayload{secret uri}...on UserError{code message}}}' as TypedDocument<Types.EnrollTotpMutation, Types.EnrollTotpMutationVariables>;

export const EventFeedDocument =
  'subscription EventFeed($after:String$filter:EventFilter){eventFeed(after:$after filter:$filter){__typename ...on Event{...EventFields}...on Gap{fromSeq toSeq}}}fragment EventFields on Event{id seq cursor type occurredAt recordedAt frameIndex trackNumber label confidence box{x y width height}source{id name}session{id}snapshot{id contentType url}}' as TypedDocument<Types.EventFeedSubscription, Types.EventFeedSubscriptionVariables>;

export const EventsDocument =
  'query Events($filter:EventFilter$first:Int!$after:String){events(filter:$filter first:$first after:$after){edges{cursor node{...EventFields}}pageInfo{hasNextPage endCursor}}}fragment EventFields on Event{id seq cursor type occurredAt recordedAt frameIndex trackNumber label confidence box{x y width height}source{id name}session{id}snapshot{id contentType url}}' as TypedDocument<Types.EventsQuery, Types.EventsQueryVariables>;

export const IdentityProvidersDocument =
  'query IdentityProviders{identityProviders{name title}}' as TypedDocument<Types.IdentityProvidersQuery, Types.IdentityProvidersQueryVariables>;

export const LastEventDocument =
  'query LastEvent{events(last:1){edges{cursor}}}' as TypedDocument<Types.LastEventQuery, Types.LastEventQueryVariables>;

export const LinkedIdentitiesDocument =
  'query LinkedIdentities{viewer{identities{...LinkedIdentityFields}}}fragment LinkedIdentityFields on LinkedIdentity{id provider email createdAt lastUsedAt}' as TypedDocument<Types.LinkedIdentitiesQuery, Types.LinkedIdentitiesQueryVariables>;

export const LinkIdentityDocument =
  'mutation LinkIdentity($input:LinkIdentityInput!){linkIdentity(input:$input){__typename ...on LinkIdentityPayload{identity{...LinkedIdentityFields}}...on UserError{code message}}}fragment LinkedIdentityFields on LinkedIdentity{id provider email createdAt lastUsedAt}' as TypedDocument<Types.LinkIdentityMutation, Types.LinkIdentityMutationVariables>;

export const NewRecoveryCodesDocument =
  'mutation NewRecoveryCodes{newRecoveryCodes{recoveryCodes}}' as TypedDocument<Types.NewRecoveryCodesMutation, Types.NewRecoveryCodesMutationVariables>;

export const ProfileDocument =
  'query Profile{viewer{profile{...ProfileFields}}}fragment ProfileFields on Profile{email name locale timeZone emailVerified hasPassword}' as TypedDocument<Types.ProfileQuery, Types.ProfileQueryVariables>;

export const RefreshTokenDocument =
  'mutation RefreshToken($input:RefreshTokenInput!){refreshToken(input:$input){__typename ...on RefreshTokenPayload{token refreshToken expiresAt}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.RefreshTokenMutation, Types.RefreshTokenMutationVariables>;

export const RequestEmailChangeDocument =
  'mutation RequestEmailChange($input:RequestEmailChangeInput!){requestEmailChange(input:$input){__typename ...on RequestEmailChangePayload{email}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.RequestEmailChangeMutation, Types.RequestEmailChangeMutationVariables>;

export const RequestPasswordResetDocument =
  'mutation RequestPasswordReset($input:RequestPasswordResetInput!){requestPasswordReset(input:$input){__typename ...on RequestPasswordResetPayload{email}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.RequestPasswordResetMutation, Types.RequestPasswordResetMutationVariables>;

export const RerollApiKeyDocument =
  'mutation RerollApiKey($input:RerollApiKeyInput!){rerollApiKey(input:$input){secret apiKey{...ApiKeyFields}}}fragment ApiKeyFields on ApiKey{id name prefix scopes allowedAddresses limits{name max windowSeconds}createdAt lastUsedAt expiresAt previousExpiresAt revokedAt}' as TypedDocument<Types.RerollApiKeyMutation, Types.RerollApiKeyMutationVariables>;

export const ResendVerificationDocument =
  'mutation ResendVerification($input:ResendVerificationInput!){resendVerification(input:$input){__typename ...on ResendVerificationPayload{email}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.ResendVerificationMutation, Types.ResendVerificationMutationVariables>;

export const ResetPasswordDocument =
  'mutation ResetPassword($input:ResetPasswordInput!){resetPassword(input:$input){__typename ...on ResetPasswordPayload{email deviceToken}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.ResetPasswordMutation, Types.ResetPasswordMutationVariables>;

export const RevokeApiKeyDocument =
  'mutation RevokeApiKey($input:RevokeApiKeyInput!){revokeApiKey(input:$input){apiKey{...ApiKeyFields}}}fragment ApiKeyFields on ApiKey{id name prefix scopes allowedAddresses limits{name max windowSeconds}createdAt lastUsedAt expiresAt previousExpiresAt revokedAt}' as TypedDocument<Types.RevokeApiKeyMutation, Types.RevokeApiKeyMutationVariables>;

export const RevokeSignInDocument =
  'mutation RevokeSignIn($input:RevokeSignInInput!){revokeSignIn(input:$input){revoked}}' as TypedDocument<Types.RevokeSignInMutation, Types.RevokeSignInMutationVariables>;

export const SecondFactorDocument =
  'query SecondFactor{viewer{secondFactor{enabled recoveryCodesLeft}}}' as TypedDocument<Types.SecondFactorQuery, Types.SecondFactorQueryVariables>;

export const SessionDocument =
  'query Session($id:ID!){session(id:$id){...SessionFields}}fragment SessionFields on Session{id source{id name}pipelines profile state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}' as TypedDocument<Types.SessionQuery, Types.SessionQueryVariables>;

export const SessionChangedDocument =
  'subscription SessionChanged($id:ID!){sessionChanged(id:$id){...SessionFields}}fragment SessionFields on Session{id source{id name}pipelines profile state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}' as TypedDocument<Types.SessionChangedSubscription, Types.SessionChangedSubscriptionVariables>;

export const SessionsDocument =
  'query Sessions($filter:SessionFilter$first:Int!$after:String){sessions(filter:$filter first:$first after:$after){edges{cursor node{...SessionFields}}pageInfo{hasNextPage endCursor}}}fragment SessionFields on Session{id source{id name}pipelines profile state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}' as TypedDocument<Types.SessionsQuery, Types.SessionsQueryVariables>;

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
  'query Source($id:ID!){source(id:$id){...SourceFields}}fragment SourceFields on Source{id name kind path frameIntervalMs fileCount createdAt}' as TypedDocument<Types.SourceQuery, Types.SourceQueryVariables>;

export const SourcesDocument =
  'query Sources($first:Int!$after:String){sources(first:$first after:$after){edges{cursor node{...SourceFields}}pageInfo{hasNextPage endCursor}}}fragment SourceFields on Source{id name kind path frameIntervalMs fileCount createdAt}' as TypedDocument<Types.SourcesQuery, Types.SourcesQueryVariables>;

export const StartIdentityLinkDocument =
  'mutation StartIdentityLink($input:StartIdentityLinkInput!){startIdentityLink(input:$input){__typename ...on StartIdentityLinkPayload{url verifier}...on UserError{code message}}}' as TypedDocument<Types.StartIdentityLinkMutation, Types.StartIdentityLinkMutationVariables>;

export const StartIdentitySignInDocument =
  'mutation StartIdentitySignIn($input:StartIdentitySignInInput!){startIdentitySignIn(input:$input){__typename ...on StartIdentitySignInPayload{url verifier}...on UserError{code message}}}' as TypedDocument<Types.StartIdentitySignInMutation, Types.StartIdentitySignInMutationVariables>;

export const StartSessionDocument =
  'mutation StartSession($input:StartSessionInput!){startSession(input:$input){__typename ...on StartSessionPayload{session{...SessionFields}}...on PlanLimitReachedError{limit allowed}...on UserError{code message hint retryable docs}}}fragment SessionFields on Session{id source{id name}pipelines profile state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}' as TypedDocument<Types.StartSessionMutation, Types.StartSessionMutationVariables>;

export const StepUpDocument =
  'mutation StepUp($input:StepUpInput!){stepUp(input:$input){__typename ...on StepUpPayload{provedAt}...on UserError{code message}}}' as TypedDocument<Types.StepUpMutation, Types.StepUpMutationVariables>;

export const StopSessionDocument =
  'mutation StopSession($input:StopSessionInput!){stopSession(input:$input){session{...SessionFields}}}fragment SessionFields on Session{id source{id name}pipelines profile state endReason endDetail framesRead framesTotal eventCount attemptCount model createdAt startedAt endedAt}' as TypedDocument<Types.StopSessionMutation, Types.StopSessionMutationVariables>;

export const UnlinkIdentityDocument =
  'mutation UnlinkIdentity($input:UnlinkIdentityInput!){unlinkIdentity(input:$input){viewer{role}}}' as TypedDocument<Types.UnlinkIdentityMutation, Types.UnlinkIdentityMutationVariables>;

export const UpdateApiKeyDocument =
  'mutation UpdateApiKey($input:UpdateApiKeyInput!){updateApiKey(input:$input){apiKey{...ApiKeyFields}}}fragment ApiKeyFields on ApiKey{id name prefix scopes allowedAddresses limits{name max windowSeconds}createdAt lastUsedAt expiresAt previousExpiresAt revokedAt}' as TypedDocument<Types.UpdateApiKeyMutation, Types.UpdateApiKeyMutationVariables>;

export const UpdateProfileDocument =
  'mutation UpdateProfile($input:UpdateProfileInput!){updateProfile(input:$input){viewer{profile{...ProfileFields}}}}fragment ProfileFields on Profile{email name locale timeZone emailVerified hasPassword}' as TypedDocument<Types.UpdateProfileMutation, Types.UpdateProfileMutationVariables>;

export const VerifyEmailDocument =
  'mutation VerifyEmail($input:VerifyEmailInput!){verifyEmail(input:$input){__typename ...on VerifyEmailPayload{email}...on UserError{code message hint retryable docs}}}' as TypedDocument<Types.VerifyEmailMutation, Types.VerifyEmailMutationVariables>;

export const ViewerDocument =
  'query Viewer{viewer{...ViewerFields}}fragment ViewerFields on Viewer{role permissions user{id name email}organization{id name plan{code name maxSources maxConcurrentSessions maxStoredBytes}}}' as TypedDocument<Types.ViewerQuery, Types.ViewerQueryVariables>;