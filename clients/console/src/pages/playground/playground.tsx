import type { Event, SightlineError } from '@sightline/core';
import { keepPreviousData } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Webcam as WebcamIcon } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAsk } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { BoxOverlay } from '../../components/box-overlay.tsx';
import { Button } from '../../components/button.tsx';
import { Card } from '../../components/card.tsx';
import { Choices } from '../../components/choices.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { DropZone } from '../../components/drop-zone.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { useFormats } from '../../components/formats.ts';
import { PageHead } from '../../components/page-head.tsx';
import { PageLink } from '../../components/page-link.tsx';
import { Select } from '../../components/select.tsx';
import { Skeleton } from '../../components/skeleton.tsx';
import { WithSidecar } from '../../components/with-sidecar.tsx';
import { Seen, Timings, boxesOf } from './outcome.tsx';
import type { Outcome } from './outcome.tsx';
import styles from './playground.module.css';
import { curlOf, typescriptOf } from './snippets.ts';
import { text } from './text.ts';
import { Webcam } from './webcam.tsx';

/** How many frames of one's own are offered. */
const recentMax = 6;
/** A slider that is being moved asks once it stands still. */
const settleMs = 250;
const tasks: readonly string[] = ['detection', 'classification', 'image-embedding'];

/** What somebody gave to look at. Each is another question, whatever is in it. */
type Picture = { readonly id: number; readonly blob: Blob; readonly url: string };

/** Asks a model about a picture or the webcam, and shows what it sees. */
export function Playground(): ReactElement {
  const t = useText(text);
  return (
    <>
      <PageHead title={t.title} />
      <WithSidecar>{(inferenceUrl) => <Bench inferenceUrl={inferenceUrl} />}</WithSidecar>
    </>
  );
}

function Bench({ inferenceUrl }: { inferenceUrl: string }): ReactElement {
  const t = useText(text);
  const { model, threshold } = useSearch({ from: '/shell/playground' });
  const [chosen, setChosen] = useState<number | null>(null);
  const [isFilming, setFilming] = useState(false);
  const [filmed, setFilmed] = useState<Outcome | null>(null);
  const [filmError, setFilmError] = useState<SightlineError | null>(null);
  const { picture, problem, show, leave } = usePicture();
  const asked = useAsk<Outcome>(
    ['playground', picture?.id ?? null, model ?? null, threshold ?? null],
    async (any, signal) => {
      const startMs = performance.now();
      const prediction = await any.predict(picture?.blob ?? new Blob(), { model, threshold, signal });
      return { prediction, tookMs: performance.now() - startMs };
    },
    { enabled: picture !== null, staleTime: Infinity, placeholderData: keepPreviousData },
  );
  const outcome = isFilming ? filmed : picture ? (asked.data ?? null) : null;
  const error = isFilming ? filmError : picture ? asked.error : null;
  const boxes = boxesOf(outcome?.prediction);
  const labels = [...new Set(boxes.map(({ label }) => label))].join(', ');
  function startOver(): void {
    setFilming(false);
    setFilmed(null);
    setFilmError(null);
    leave();
  }
  return (
    <div className={styles['columns']}>
      <div className={styles['column']}>
        <Card>
          {isFilming ? (
            <Webcam
              model={model}
              threshold={threshold}
              outcome={filmed}
              chosen={chosen}
              onOutcome={setFilmed}
              onError={setFilmError}
              onStop={startOver}
              onTake={(blob) => {
                startOver();
                show(blob);
              }}
            />
          ) : picture ? (
            <>
              <BoxOverlay src={picture.url} alt={t.picture(labels)} boxes={boxes} chosen={chosen} />
              <div className={styles['actions']}>
                <Button onClick={startOver}>{t.another}</Button>
              </div>
            </>
          ) : (
            <Offer problem={problem} onPicture={show} onFilm={() => setFilming(true)} />
          )}
        </Card>
        <ErrorNote error={error} onRetry={() => (isFilming ? startOver() : void asked.refetch())} />
      </div>
      <div className={`${styles['column']} ${styles['side']}`}>
        <Ask />
        {picture && asked.isPending && !error && <Skeleton lines={5} />}
        {outcome && <Seen prediction={outcome.prediction} onChoose={setChosen} />}
        {outcome && <Timings outcome={outcome} />}
      </div>
      <div className={styles['code']}>
        <Code inferenceUrl={inferenceUrl} model={model} threshold={threshold} contentType={picture?.blob.type ?? ''} />
      </div>
    </div>
  );
}

/** The picture that is looked at; pasting one anywhere on the page is a way to give it. */
function usePicture() {
  const t = useText(text);
  const [picture, setPicture] = useState<Picture | null>(null);
  const [isWrong, setWrong] = useState(false);
  const url = picture?.url;
  useEffect(() => () => void (url && URL.revokeObjectURL(url)), [url]);
  function show(blob: Blob): void {
    setWrong(!blob.type.startsWith('image/'));
    if (blob.type.startsWith('image/')) {
      setPicture((before) => ({ id: (before?.id ?? Date.now()) + 1, blob, url: URL.createObjectURL(blob) }));
    }
  }
  useEffect(() => {
    const leaving = new AbortController();
    document.addEventListener(
      'paste',
      ({ clipboardData }) => {
        const [file] = clipboardData?.files ?? [];
        if (file) show(file);
      },
      { signal: leaving.signal },
    );
    return () => leaving.abort();
  }, []);
  return { picture, problem: isWrong ? t.notPicture : null, show, leave: () => setPicture(null) };
}

/** Ways to give something to look at. */
function Offer({
  problem,
  onPicture,
  onFilm,
}: {
  problem: string | null;
  onPicture: (picture: Blob) => void;
  onFilm: () => void;
}): ReactElement {
  const t = useText(text);
  const recent = useAsk(['sources', 'recent'], async (any, signal) => {
    const { items } = await any.sources.overviews({ pageSize: recentMax, signal });
    return items.flatMap(({ seen }) => seen).filter(({ snapshot }) => snapshot);
  });
  async function take(event: Event): Promise<void> {
    const bytes = await client.events.snapshot(event);
    if (bytes) onPicture(new Blob([bytes], { type: event.snapshot?.contentType ?? 'image/jpeg' }));
  }
  return (
    <>
      <div className={styles['drop']}>
        <DropZone
          label={t.drop}
          hint={t.dropHint}
          accept="image/*"
          problem={problem}
          onFiles={([file]) => file && onPicture(file)}
        />
      </div>
      <Button icon={<WebcamIcon aria-hidden />} onClick={onFilm}>
        {t.webcam}
      </Button>
      {recent.data && recent.data.length > 0 && (
        <>
          <h2>{t.recent}</h2>
          <ul className={styles['recent']}>
            {recent.data.slice(0, recentMax).map((event) => (
              <li key={event.id}>
                <button
                  type="button"
                  className={styles['frame']}
                  aria-label={t.recentFrame(event.label ?? t.object, event.source?.name ?? t.goneSource)}
                  onClick={() => void take(event)}
                >
                  <img src={event.snapshot?.url} alt="" loading="lazy" />
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

/** Which model, and how sure it has to be. Both are in the address. */
function Ask(): ReactElement {
  const t = useText(text);
  const { share } = useFormats();
  const navigate = useNavigate();
  const search = useSearch({ from: '/shell/playground' });
  const models = useAsk(['models', 'ready'], (any, signal) => any.models.list({ signal }));
  const [moved, setMoved] = useState<number | null>(search.threshold ?? null);
  const set = (change: { model?: string | undefined; threshold?: number | undefined }) =>
    void navigate({ to: '/playground', search: { ...search, ...change }, replace: true });
  useEffect(() => {
    const next = moved ?? undefined;
    if (next === search.threshold) return;
    const timer = setTimeout(() => set({ threshold: next }), settleMs);
    return () => clearTimeout(timer);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- what else is in the address does not move the slider
  }, [moved]);
  const usable = models.data?.filter(({ task }) => tasks.includes(task)) ?? [];
  // One model may be there in several versions, of which the newest answers.
  const names = [...new Map(usable.map((each) => [each.name, each])).values()];
  const isKnown = search.model === undefined || names.some(({ name }) => name === search.model);
  return (
    <Card title={t.ask}>
      {models.isPending && <Skeleton lines={2} height="2.25rem" />}
      <ErrorNote error={models.error} onRetry={() => void models.refetch()} />
      {models.data && (
        <>
          <Select
            label={t.model}
            value={search.model ?? ''}
            onChange={(name) => set({ model: name === '' ? undefined : name })}
            options={[
              { value: '', label: t.byDefault(names.find(({ isDefault }) => isDefault)?.name ?? '') },
              ...(isKnown ? [] : [{ value: search.model ?? '', label: search.model ?? '' }]),
              ...names.filter(({ isDefault }) => !isDefault).map(({ name }) => ({ value: name, label: name })),
            ]}
          />
          <label className={styles['slider']}>
            <span>{t.threshold}</span>
            <span className={styles['number']}>{moved === null ? t.thresholdOwn : share(moved)}</span>
            <input
              type="range"
              min={0.05}
              max={0.95}
              step={0.05}
              aria-label={t.threshold}
              aria-valuetext={moved === null ? t.thresholdOwn : share(moved)}
              value={moved ?? 0.5}
              onChange={({ target }) => setMoved(Number(target.value))}
            />
          </label>
          {moved !== null && (
            <Button look="quiet" onClick={() => setMoved(null)}>
              {t.reset}
            </Button>
          )}
        </>
      )}
    </Card>
  );
}

function Code({
  inferenceUrl,
  model = null,
  threshold = null,
  contentType,
}: {
  inferenceUrl: string;
  model?: string | null | undefined;
  threshold?: number | null | undefined;
  contentType: string;
}): ReactElement {
  const t = useText(text);
  const [language, setLanguage] = useState<'curl' | 'TypeScript'>('curl');
  const asked = {
    ...{ inferenceUrl, model, threshold, baseUrl: location.origin },
    contentType: contentType || 'image/jpeg',
  };
  const isCurl = language === 'curl';
  return (
    <Card title={t.code}>
      <div className={styles['languages']}>
        <Choices
          kind="one"
          label={t.language}
          chosen={[language]}
          onChange={([next]) => next && setLanguage(next)}
          options={[
            { value: 'curl', label: 'curl' },
            { value: 'TypeScript', label: 'TypeScript' },
          ]}
        />
      </div>
      <CodeBlock label={isCurl ? t.curlLabel : t.typescriptLabel} code={isCurl ? curlOf(asked) : typescriptOf(asked)} />
      <p className={styles['soft']}>
        {t.keyHint} <PageLink to="/keys">{t.makeKey}</PageLink>
      </p>
    </Card>
  );
}
