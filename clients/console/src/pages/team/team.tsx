import type { InviteMemberInput } from '@sightline/core';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { UserPlus, Users } from 'lucide-react';
import { useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useCan, useViewer } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { PageHead } from '../../components/page-head.tsx';
import { Tabs } from '../../components/tabs.tsx';
import { toast } from '../../components/toast.tsx';
import { InviteDialog } from './invite-dialog.tsx';
import { Members } from './members.tsx';
import { Roles } from './roles.tsx';
import { teamSearch } from './team-search.ts';
import { Teams } from './teams.tsx';
import { text } from './text.ts';

export function Team(): ReactElement {
  const t = useText(text);
  const viewer = useViewer();
  const maySee = useCan('MEMBERS_READ');
  const mayInvite = useCan('MEMBERS_WRITE');
  const { tab = 'members' } = teamSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const [isInviting, setInviting] = useState(false);
  const invite = useAct((input: InviteMemberInput) => client.invitations.send(input), {
    changes: [['invitations']],
    onDone: ({ email }) => {
      setInviting(false);
      toast(t.sent(email));
      if (tab !== 'members') void navigate({ to: '/team', search: {}, replace: true });
    },
  });
  const inviteButton = mayInvite ? (
    <Button
      look="primary"
      icon={<UserPlus aria-hidden />}
      onClick={() => {
        invite.reset();
        setInviting(true);
      }}
    >
      {t.invite}
    </Button>
  ) : null;
  if (viewer.data && !maySee)
    return (
      <>
        <PageHead title={t.title} />
        <EmptyState icon={<Users aria-hidden />} title={t.notAllowedTitle}>
          {t.notAllowed}
        </EmptyState>
      </>
    );
  return (
    <>
      <PageHead title={t.title}>{inviteButton}</PageHead>
      <Tabs
        label={t.parts}
        value={tab}
        onChange={(next) => {
          void navigate({ to: '/team', search: teamSearch({ tab: next }), replace: true });
        }}
        tabs={[
          { value: 'members', label: t.members, panel: <Members inviteButton={inviteButton} /> },
          { value: 'teams', label: t.teams, panel: <Teams /> },
          { value: 'roles', label: t.roles, panel: <Roles /> },
        ]}
      />
      {isInviting && (
        <InviteDialog
          isBusy={invite.isPending}
          error={invite.error}
          onSend={(input) => invite.mutate(input)}
          onCancel={() => setInviting(false)}
        />
      )}
    </>
  );
}
