import type { CustomRole, RoleAssignment } from '../entities.ts';
import { expectPayload } from '../errors/expect-payload.ts';
import {
  AssignRoleDocument,
  CreateCustomRoleDocument,
  CustomRolesDocument,
  DeleteCustomRoleDocument,
  RoleAssignmentsDocument,
  UnassignRoleDocument,
  UpdateCustomRoleDocument,
} from '../generated/documents.ts';
import type { AssignRoleInput, CreateCustomRoleInput, UpdateCustomRoleInput } from '../generated/types.ts';
import type { CallOptions } from '../options.ts';
import { createPagedList, emptyPage } from '../pagination.ts';
import type { PagedList, PageOptions } from '../pagination.ts';
import type { Graphql } from '../transport/graphql.ts';

/** Roles that an organization makes itself, and gives for single sources. */
export function createRoles({ graphql }: { graphql: Graphql }) {
  return {
    /** Roles of the organization, oldest first. */
    list(options: PageOptions & CallOptions = {}): PagedList<CustomRole> {
      return createPagedList(options, async (window) => {
        const { data } = await graphql(CustomRolesDocument, window, options);
        return data.viewer?.organization.customRoles ?? emptyPage;
      });
    },

    /** To whom a role is given, and for what; to nobody if it is not there. */
    assignments(id: string, options: PageOptions & CallOptions = {}): PagedList<RoleAssignment> {
      return createPagedList(options, async (window) => {
        const { data } = await graphql(RoleAssignmentsDocument, { ...window, id }, options);
        return data.node?.__typename === 'CustomRole' ? data.node.assignments : emptyPage;
      });
    },

    /** Throws ConflictError (ROLE_NAME_TAKEN), PermissionDeniedError for permissions that one has not oneself. */
    async create(input: CreateCustomRoleInput, options?: CallOptions): Promise<CustomRole> {
      const { data, requestId } = await graphql(CreateCustomRoleDocument, { input }, options);
      return expectPayload(data.createCustomRole, 'CreateCustomRolePayload', requestId).customRole;
    },

    /** What is left out stays. Throws as `create`. Saying it twice changes nothing, so this is retried. */
    async update(input: UpdateCustomRoleInput, options?: CallOptions): Promise<CustomRole> {
      const again = { ...options, repeatable: true };
      const { data, requestId } = await graphql(UpdateCustomRoleDocument, { input }, again);
      return expectPayload(data.updateCustomRole, 'UpdateCustomRolePayload', requestId).customRole;
    },

    /** Takes it from everybody who has it. */
    async delete(id: string, options?: CallOptions): Promise<void> {
      await graphql(DeleteCustomRoleDocument, { input: { id } }, options);
    },

    /** Gives a role to a member or a team, for one source. */
    async assign(input: AssignRoleInput, options?: CallOptions): Promise<RoleAssignment> {
      const { data } = await graphql(AssignRoleDocument, { input }, options);
      return data.assignRole.assignment;
    },

    async unassign(assignmentId: string, options?: CallOptions): Promise<void> {
      await graphql(UnassignRoleDocument, { input: { id: assignmentId } }, options);
    },
  };
}
