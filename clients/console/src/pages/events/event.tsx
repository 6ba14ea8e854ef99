import type { Event } from '@sightline/core';
import { useParams } from '@tanstack/react-router';
import { ChevronLeft, ChevronRight, Download, ImageOff, SearchX } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { BoxOverlay } from '../../components/box-overlay.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { CopyButton } from '../../components/copy-button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { EventRow } from '../../components/event-row.tsx';
import { pictureOf } from '../../components/picture-of.ts';
import { text as eventText } from '../../components/event.text.ts';
import { useFormats } from '../../components/formats.ts';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { Time } from '../../components/time.tsx';
import { toast } from '../../components/toast.tsx';
import styles from './event.module.css';
import { evidenceName, evidenceOf, saveAs } from './evidence.ts';
import { text } from './text.ts';
import { useAround } from './use-around.ts';

/** One event: what was seen, all that is known of it, what came before and after, and a copy to keep. */
export function EventPage(): ReactElement {
  const t = useText(text);
  const { id = '' } = useParams({ strict: false });
  const found = useAsk(['event', id], async (any, signal) => {
    const [node] = await any.nodes.get([id], { signal });
    return node?.__typename === 'Event' ? (node as Event) : null;
  });
  if (found.data) return <Known event={found.data} />;
  return (
    <>
      <PageHead title={t.event} />
      {found.isPending && <Skeleton lines={2} height="14rem" />}
      <ErrorNote error={found.error} onRetry={() => void found.refetch()} />
      {found.data === null && (
        <EmptyState
          icon={<SearchX aria-hidden />}
          title={t.goneTitle}
          action={<PageLink to="/events">{t.back}</PageLink>}
        >
          {t.gone}
        </EmptyState>
      )}
    </>
  );
}

function Known({ event }: { event: Event }): ReactElement {
  const t = useText(text);
  const said = useText(eventText);
  const { source, label, type, box, confidence } = event;
  const title = said.on(label ?? said[type], source?.name ?? said.goneSource);
  const picture = usePicture(event);
  const { older, newer, near } = useAround(event);
  const save = useAct(async () => {
    const bytes = picture.bytes ?? (await client.events.snapshot(event));
    saveAs(await evidenceOf(event, bytes, new Date()), evidenceName(event));
    toast(t.downloaded);
  });
  return (
    <>
      <PageLink to="/events" className={styles['back']}>
        {t.back}
      </PageLink>
      <PageHead title={title}>
        <Step to={older} label={t.older} icon={<ChevronLeft aria-hidden />} />
        <Step to={newer} label={t.newer} icon={<ChevronRight aria-hidden />} />
        <CopyButton value={location.href} label={t.link} />
        <Button
          look="primary"
          icon={<Download aria-hidden />}
          title={t.downloadHint}
          isBusy={save.isPending}
          onClick={() => save.mutate(undefined)}
        >
          {t.download}
        </Button>
      </PageHead>
      <ErrorNote error={save.error} />
      <div className={styles['parts']}>
        <div className={styles['seen']}>
          {picture.isPending && <Skeleton lines={1} height="18rem" />}
          <ErrorNote error={picture.error} onRetry={picture.retry} />
          {picture.url && (
            <BoxOverlay
              src={picture.url}
              alt={t.picture(label ?? said[type], source?.name ?? said.goneSource)}
              boxes={box ? [{ ...box, label: label ?? '', confidence }] : []}
            />
          )}
          {picture.isNone && (
            <div className={styles['none']}>
              <ImageOff aria-hidden />
              <p>{t.noPicture}</p>
              <p className={styles['soft']}>{t.noPictureHint}</p>
            </div>
          )}
          {near.length > 0 && (
            <Card title={t.around}>
              <ol className={styles['near']}>
                {near.map((each, index) => (
                  <li key={each.id} aria-current={each.id === event.id || undefined}>
                    <EventRow event={each} picture={pictureOf(each, (steps) => near[index - steps])} />
                  </li>
                ))}
              </ol>
            </Card>
          )}
        </div>
        <div className={styles['told']}>
          <Card title={t.facts}>
            <Facts event={event} />
          </Card>
          <details>
            <summary>{t.raw}</summary>
            <CodeBlock code={JSON.stringify(event, null, 2)} label={t.raw} />
          </details>
        </div>
      </div>
    </>
  );
}

function Step({ to, label, icon }: { to: Event | null; label: string; icon: ReactElement }): ReactElement | null {
  if (!to) return null;
  return (
    <PageLink to={`/events/${encodeURIComponent(to.id)}`} look="plain">
      {icon}
      <span className="visually-hidden">{label}</span>
    </PageLink>
  );
}

function Facts({ event }: { event: Event }): ReactElement {
  const t = useText(text);
  const said = useText(eventText);
  const { count, share } = useFormats();
  const { type, label, confidence, occurredAt, recordedAt, source, session, frameIndex, trackNumber, seq } = event;
  const facts: readonly (readonly [string, ReactNode])[] = [
    [t.type, said[type]],
    [t.label, label],
    [t.confidence, confidence === null ? null : share(confidence)],
    [t.happened, <Time key="at" at={occurredAt} />],
    [t.recorded, <Time key="at" at={recordedAt} />],
    [t.source, source && <PageLink to={`/sources/${encodeURIComponent(source.id)}`}>{source.name}</PageLink>],
    [t.session, session && <code key="id">{session.id}</code>],
    [t.frame, frameIndex === null ? null : count(frameIndex)],
    [t.track, trackNumber === null ? null : count(trackNumber)],
    [t.seq, count(seq)],
  ];
  return (
    <dl className={styles['facts']}>
      {facts
        .filter(([, value]) => value !== null)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** The picture of an event, as bytes and as something that can be shown; also after its own link has run out. */
function usePicture(event: Event) {
  const asked = useAsk(['event', event.id, 'picture'], (any, signal) => any.events.snapshot(event, { signal }), {
    staleTime: Infinity,
    gcTime: 60_000,
  });
  const bytes = asked.data ?? null;
  const [url, setUrl] = useState<string | null>(null);
  useEffect(() => {
    if (!bytes) return setUrl(null);
    const made = URL.createObjectURL(new Blob([bytes], { type: 'image/jpeg' }));
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [bytes]);
  return {
    bytes,
    url,
    isPending: asked.isPending,
    isNone: asked.isSuccess && !bytes,
    error: asked.error,
    retry: () => void asked.refetch(),
  };
}
