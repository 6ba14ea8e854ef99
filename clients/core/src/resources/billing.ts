import type { Parts } from '../base-client.ts';
import type { Call } from '../call.ts';
import type {
  BillingDetails,
  CurrentPlan,
  Invoice,
  InvoiceDetail,
  Payment,
  Plan,
  PlanChange,
  PlanSubscription,
} from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import { errorOfResult } from '../errors/read-errors.ts';
import {
  BillingDetailsDocument,
  CancelSubscriptionDocument,
  ChangePlanDocument,
  CurrentPlanDocument,
  InvoiceDocument,
  InvoicesDocument,
  OpenBillingPortalDocument,
  PaymentsDocument,
  PlansDocument,
  PreviewPlanChangeDocument,
  ResumeSubscriptionDocument,
  SetBillingDetailsDocument,
  StartCheckoutDocument,
  SubscribeDocument,
} from '../generated/documents.ts';
import type {
  ChangePlanInput,
  InvoiceState,
  SetBillingDetailsInput,
  StartCheckoutInput,
  SubscribeInput,
} from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import { callOf } from '../transport/graphql.ts';

/**
 * Plans, the subscription, and bills. What changes money needs a fresh proof of who asks: PermissionDeniedError
 * (STEP_UP_REQUIRED) says so, and `secondFactor.stepUp` gives it.
 */
export function createBilling({ graphql }: Pick<Parts, 'graphql'>) {
  return {
    /** What may be bought, the smallest first. Anybody may ask. */
    plans(options?: CallOptions): Call<readonly Plan[]> {
      return callOf(graphql(PlansDocument, {}, options), ({ data }) => data.plans);
    },

    /** The plan there is, and the subscription: null on the free plan, and for who may not see bills. Null when nobody is signed in. */
    current(options?: CallOptions): Call<CurrentPlan | null> {
      return callOf(graphql(CurrentPlanDocument, {}, options), ({ data }) => data.viewer?.organization ?? null);
    },

    /** Begins a subscription, with a trial if it is the first. Throws ConflictError (SUBSCRIPTION_CHANGE_REFUSED), PlanLimitError (PAYMENT_REQUIRED). */
    subscribe(input: SubscribeInput, options?: CallOptions): Call<PlanSubscription> {
      return callOf(
        graphql(SubscribeDocument, { input }, options),
        ({ data, requestId }) => expectPayload(data.subscribe, requestId).subscription,
      );
    },

    /** Moves to another plan, now or after this period. Throws ConflictError (SUBSCRIPTION_CHANGE_REFUSED). */
    change(input: ChangePlanInput, options?: CallOptions): Call<PlanSubscription> {
      return callOf(
        graphql(ChangePlanDocument, { input }, options),
        ({ data, requestId }) => expectPayload(data.changePlan, requestId).subscription,
      );
    },

    /** What changing to this plan now would cost beside usage; null: nothing before the next period. Throws as `change`. */
    preview(planCode: string, options?: CallOptions): Call<PlanChange | null> {
      return callOf(graphql(PreviewPlanChangeDocument, { planCode }, options), ({ data, requestId }) => {
        const found = data.previewPlanChange;
        if (found && found.__typename !== 'PlanChange') throw errorOfResult(found, requestId);
        return found;
      });
    },

    /** Ends the subscription after this period, or with `atPeriodEnd: false` at once. Throws as `change`. */
    cancel(input: { atPeriodEnd?: boolean } = {}, options?: CallOptions): Call<PlanSubscription> {
      return callOf(
        graphql(CancelSubscriptionDocument, { input: { atPeriodEnd: true, ...input } }, options),
        ({ data, requestId }) => expectPayload(data.cancelSubscription, requestId).subscription,
      );
    },

    /** Takes back a cancellation, or a change of plan, for the end of the period. Throws as `change`. */
    resume(options?: CallOptions): Call<PlanSubscription> {
      return callOf(
        graphql(ResumeSubscriptionDocument, {}, options),
        ({ data, requestId }) => expectPayload(data.resumeSubscription, requestId).subscription,
      );
    },

    /** The address of a page on which a bill is paid; null where bills are not paid on a page. Throws PlanLimitError (PAYMENT_FAILED). */
    checkout(input: StartCheckoutInput, options?: CallOptions): Call<string | null> {
      return callOf(
        graphql(StartCheckoutDocument, { input }, options),
        ({ data, requestId }) => expectPayload(data.startCheckout, requestId).url,
      );
    },

    /** The address of a page on which ways to pay are changed; `returnTo` is the path to come back to. Throws as `checkout`. */
    portal({ returnTo = '/' }: { returnTo?: string } = {}, options?: CallOptions): Call<string | null> {
      return callOf(
        graphql(OpenBillingPortalDocument, { input: { returnTo } }, options),
        ({ data, requestId }) => expectPayload(data.openBillingPortal, requestId).url,
      );
    },

    /** What `setDetails` set, null where it did not; null when nobody is signed in, and for who may not see bills. */
    details(options?: CallOptions): Call<BillingDetails | null> {
      return callOf(
        graphql(BillingDetailsDocument, {}, options),
        ({ data }) => data.viewer?.organization.billingDetails ?? null,
      );
    },

    /** What the next bills say about the buyer; those that are issued stay as they are. */
    setDetails(input: SetBillingDetailsInput, options?: CallOptions): Call<void> {
      return callOf(graphql(SetBillingDetailsDocument, { input }, options), () => {});
    },

    /** Bills and credit notes, the newest first. */
    invoices({ state, ...options }: PageOptions & CallOptions & { state?: InvoiceState } = {}): PagedList<Invoice> {
      return createPagedList(
        options,
        (window) => graphql(InvoicesDocument, { ...window, state: state ?? null }, options),
        (data) => data.invoices,
      );
    },

    /** One with its lines and both parties; null when there is no such bill, or none the viewer may see. */
    invoice(id: string, options?: CallOptions): Call<InvoiceDetail | null> {
      return callOf(graphql(InvoiceDocument, { id }, options), ({ data }) => data.invoice);
    },

    /** What was paid and what could not be, the newest first. */
    payments(options: PageOptions & CallOptions = {}): PagedList<Payment> {
      return createPagedList(
        options,
        (window) => graphql(PaymentsDocument, window, options),
        (data) => data.payments,
      );
    },
  };
}
