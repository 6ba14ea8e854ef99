import type { CustomRole, PrismaClient } from '@sightline/db/client';
import { Prisma } from '@sightline/db/client';
import { InputInvalidError, NotFoundError } from '../../../errors/request-errors.ts';
import type { AuditLog } from '../../audit/audit-log.ts';
import type { Outbox } from '../../outbox/outbox.ts';
import { permissionTable } from '../permissions.ts';
import type { Permission } from '../permissions.ts';
import type { Viewer } from '../viewer.ts';
import { changeAccess, requireMayGrant } from './granting.ts';
import { RoleNameTakenError } from './organizations.errors.ts';
import { customRolesVisibleTo } from './organizations.policy.ts';

export type RolesService = ReturnType<typeof createRolesService>;
type Deps = { db: PrismaClient; outbox: Outbox; audit: AuditLog };

/** Roles that an organization makes for itself. To whom they are given for which source: `role-assignments.service.ts`. */
export function createRolesService(deps: Deps) {
  const { audit } = deps;

  async function find(tx: Prisma.TransactionClient, viewer: Viewer, id: string): Promise<CustomRole> {
    const role = await tx.customRole.findFirst({ where: { AND: [{ id }, customRolesVisibleTo(viewer)] } });
    if (!role) throw new NotFoundError('Custom role', id);
    return role;
  }

  return {
    /** Throws ROLE_NAME_TAKEN, INPUT_INVALID, and FORBIDDEN for permissions the viewer does not have. */
    async create(
      viewer: Viewer,
      { name, permissions }: { name: string; permissions: Permission[] },
      requestId: string,
    ): Promise<{ id: string }> {
      requirePerSource(permissions);
      const { organizationId } = viewer;
      return named(name, () =>
        changeAccess(deps, viewer, 'roles:write', async (tx, granter) => {
          requireMayGrant(granter, permissions);
          const role = await tx.customRole.create({ data: { organizationId, name, permissions: unique(permissions) } });
          const target = { targetType: 'CustomRole', targetId: role.id, requestId };
          await audit.record(tx, viewer, { action: 'createCustomRole', ...target, after: stateOf(role) });
          return { id: role.id };
        }),
      );
    },

    /** What is null stays. Throws NOT_FOUND, ROLE_NAME_TAKEN, INPUT_INVALID, FORBIDDEN. */
    async update(
      viewer: Viewer,
      { id, name, permissions }: { id: string; name: string | null; permissions: Permission[] | null },
      requestId: string,
    ): Promise<void> {
      if (permissions) requirePerSource(permissions);
      await named(name ?? '', () =>
        changeAccess(deps, viewer, 'roles:write', async (tx, granter) => {
          const before = await find(tx, viewer, id);
          requireMayGrant(granter, [...before.permissions, ...(permissions ?? [])]);
          const data = { ...(name !== null && { name }), ...(permissions && { permissions: unique(permissions) }) };
          const after = await tx.customRole.update({ where: { id }, data });
          const target = { targetType: 'CustomRole', targetId: id, requestId };
          const states = { before: stateOf(before), after: stateOf(after) };
          await audit.record(tx, viewer, { action: 'updateCustomRole', ...target, ...states });
        }),
      );
    },

    /** Takes it from everybody who has it. Throws NOT_FOUND, FORBIDDEN. */
    async delete(viewer: Viewer, id: string, requestId: string): Promise<void> {
      await changeAccess(deps, viewer, 'roles:write', async (tx, granter) => {
        const before = await find(tx, viewer, id);
        requireMayGrant(granter, before.permissions);
        await tx.customRole.delete({ where: { id } });
        const target = { targetType: 'CustomRole', targetId: id, requestId };
        await audit.record(tx, viewer, { action: 'deleteCustomRole', ...target, before: stateOf(before) });
      });
    },
  };
}

const unique = (permissions: Permission[]): Permission[] => [...new Set(permissions)];
const stateOf = ({ name, permissions }: CustomRole) => ({ name, permissions });

function requirePerSource(permissions: readonly Permission[]): void {
  const wrong = permissions.find((name) => !permissionTable[name].perSource);
  if (wrong) throw new InputInvalidError('input.permissions', `“${wrong}” cannot be given for single sources.`);
}

async function named<Result>(name: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2002') {
      throw new RoleNameTakenError(name);
    }
    throw error;
  }
}
