import type { Call } from '../call.ts';
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
import { callOf } from '../transport/graphql.ts';
import type { Graphql } from '../transport/graphql.ts';

/** Roles that an organization makes itself, and gives for single sources. */
export function createRoles({ graphql }: { graphql: Graphql }) {
  return {
    /** Roles of the organization, oldest first. */
    list(options: PageOptions & CallOptions = {}): PagedList<CustomRole> {
      return createPagedList(
        options,
        (window) => graphql(CustomRolesDocument, window, options),
        (data) => data.viewer?.organization.customRoles ?? emptyPage,
      );
    },

    /** To whom a role is given, and for what; to nobody if it is not there. */
    assignments(id: string, options: PageOptions & CallOptions = {}): PagedList<RoleAssignment> {
      return createPagedList(
        options,
        (window) => graphql(RoleAssignmentsDocument, { ...window, id }, options),
        (data) => (data.node?.__typename === 'CustomRole' ? data.node.assignments : emptyPage),
      );
    },

    /** Throws ConflictError (ROLE_NAME_TAKEN), PermissionDeniedError for permissions that one has not oneself. */
    create(input: CreateCustomRoleInput, options?: CallOptions): Call<CustomRole> {
      return callOf(
        graphql(CreateCustomRoleDocument, { input }, options),
        ({ data, requestId }) => expectPayload(data.createCustomRole, requestId).customRole,
      );
    },

    /** What is left out stays. Throws as `create`. Saying it twice changes nothing. */
    update(input: UpdateCustomRoleInput, options?: CallOptions): Call<CustomRole> {
      return callOf(
        graphql(UpdateCustomRoleDocument, { input }, options),
        ({ data, requestId }) => expectPayload(data.updateCustomRole, requestId).customRole,
      );
    },

    /** Takes it from everybody who has it. */
    delete(id: string, options?: CallOptions): Call<void> {
      return callOf(graphql(DeleteCustomRoleDocument, { input: { id } }, options), () => {});
    },

    /** Gives a role to a member or a team, for one source. */
    assign(input: AssignRoleInput, options?: CallOptions): Call<RoleAssignment> {
      return callOf(graphql(AssignRoleDocument, { input }, options), ({ data }) => data.assignRole.assignment);
    },

    unassign(assignmentId: string, options?: CallOptions): Call<void> {
      return callOf(graphql(UnassignRoleDocument, { input: { id: assignmentId } }, options), () => {});
    },
  };
}
