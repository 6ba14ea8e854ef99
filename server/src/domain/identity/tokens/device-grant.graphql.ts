import { z } from 'zod';
import { builder } from '../../../graphql/builder.ts';
import type { PendingDevice } from './device-grants.service.ts';

const userCode = z.string().max(40);

const DeviceGrantType = builder.objectRef<PendingDevice>('DeviceGrant').implement({
  description: 'A device that waits to be let in.',
  fields: (t) => ({
    clientName: t.exposeString('clientName', { description: 'Which program it is, as we know it.' }),
    deviceName: t.exposeString('deviceName', { nullable: true, description: 'What the device calls itself.' }),
    address: t.exposeString('address', { nullable: true, description: 'Where it asks from.' }),
    place: t.exposeString('place', { nullable: true, description: 'Where that address is, in words.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime' }),
    expiresAt: t.expose('expiresAt', { type: 'DateTime' }),
  }),
});

builder.queryField('deviceGrant', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: DeviceGrantType,
    nullable: true,
    description: 'The device that shows this code; null when none does. Five wrong guesses a minute, and no more.',
    args: { userCode: t.arg.string({ required: true, validate: userCode }) },
    resolve: (_root, args, { services, viewer }) => services.tokens.devices.find(viewer, args.userCode),
  }),
);

const DeviceDecision = builder.objectRef<{ decided: boolean }>('DeviceDecisionPayload').implement({
  fields: (t) => ({ decided: t.exposeBoolean('decided') }),
});

const DeviceDecisionInput = builder.inputType('DeviceDecisionInput', {
  fields: (t) => ({ userCode: t.string({ required: true, validate: userCode }) }),
});

builder.mutationField('approveDevice', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: DeviceDecision,
    description: 'Lets the device act for the person in this organization. Needs a proof of the last minutes.',
    args: { input: t.arg({ type: DeviceDecisionInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      await services.tokens.devices.decide(viewer, input.userCode, 'APPROVED', requestId);
      return { decided: true };
    },
  }),
);

builder.mutationField('denyDevice', (t) =>
  t.withAuth({ signedIn: true }).field({
    type: DeviceDecision,
    description: 'Tells the device that it is not let in.',
    args: { input: t.arg({ type: DeviceDecisionInput, required: true }) },
    resolve: async (_root, { input }, { services, viewer, requestId }) => {
      await services.tokens.devices.decide(viewer, input.userCode, 'DENIED', requestId);
      return { decided: true };
    },
  }),
);
