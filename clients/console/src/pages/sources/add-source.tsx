import { SightlineError } from '@sightline/core';
import type { Source } from '@sightline/core';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import type { FormEvent, ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useAct, useCan, useRefresh } from '../../app/data.ts';
import { useText } from '../../app/text.ts';
import { Button } from '../../components/button.tsx';
import { Choices } from '../../components/choices.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { DropZone } from '../../components/drop-zone.tsx';
import { ErrorNote } from '../../components/error-note.tsx';
import { Field } from '../../components/field.tsx';
import { useFormats } from '../../components/formats.ts';
import { Progress } from '../../components/progress.tsx';
import { toast } from '../../components/toast.tsx';
import styles from './sources.module.css';
import { text } from './text.ts';

type Kind = Source['kind'];
type From = 'upload' | 'path';
type Wanted = { kind: Kind; name: string; path: string | null; files: readonly File[]; frameIntervalMs: number };

const accepted = { IMAGES: 'image/*', VIDEO: 'video/*,.mkv,.avi' } as const satisfies Record<Kind, string>;

/** A form for a source of any kind that there is, and for watching it right away. */
export function AddSource({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }): ReactElement {
  const t = useText(text);
  return (
    <Dialog title={t.add} open={isOpen} onOpenChange={(open) => !open && onClose()}>
      <AddForm onClose={onClose} />
    </Dialog>
  );
}

function AddForm({ onClose }: { onClose: () => void }): ReactElement {
  const t = useText(text);
  const navigate = useNavigate();
  const refresh = useRefresh();
  const mayWatch = useCan('SESSIONS_WRITE');
  const { bytes } = useFormats();
  const [kind, setKind] = useState<Kind>('IMAGES');
  const [from, setFrom] = useState<From>('upload');
  const [files, setFiles] = useState<readonly File[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const { sent, send, leave } = useSending();
  const [made, setMade] = useState<Source | null>(null);

  const add = useAct(
    async ({ wanted, watches }: { wanted: Wanted; watches: boolean }) => {
      const { kind: what, name, path, frameIntervalMs } = wanted;
      // Where only starting failed, trying again starts what is there already.
      const source =
        made ??
        (await client.sources.create({
          ...{ kind: what, name, frameIntervalMs },
          ...(path === null ? { uploadIds: await send(wanted.files) } : { path }),
        }));
      setMade(source);
      if (watches) await client.sessions.start({ sourceId: source.id });
      return source;
    },
    {
      changes: [['sources']],
      onDone(source) {
        toast(t.added(source.name));
        void navigate({ to: '/sources/$id', params: { id: source.id } });
      },
    },
  );

  function submit(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault();
    const { submitter } = event.nativeEvent as SubmitEvent;
    const fields = new FormData(event.currentTarget);
    const textOf = (name: string) => String(fields.get(name) ?? '').trim();
    if (from === 'upload' && files.length === 0) return setProblem(t.filesMissing);
    const wanted: Wanted = {
      kind,
      name: textOf('name'),
      path: from === 'path' ? textOf('path') : null,
      files,
      frameIntervalMs: Math.round(Number(textOf('interval')) * 1_000),
    };
    add.mutate({ wanted, watches: submitter?.getAttribute('value') === 'watch' });
  }

  const { error } = add;
  const wrong = wrongField(error);
  const isElsewhere = error !== null && wrong === null && !isAbort(error);
  const total = files.reduce((sum, file) => sum + file.size, 0);
  return (
    <form className={styles['form']} onSubmit={submit}>
      <div className={styles['pair']}>
        <Choices
          kind="one"
          label={t.kind}
          chosen={[kind]}
          onChange={([next]) => {
            if (next && next !== kind) setFiles([]);
            if (next) setKind(next);
          }}
          options={[
            { value: 'IMAGES', label: t.IMAGES, hint: t.IMAGESHint },
            { value: 'VIDEO', label: t.VIDEO, hint: t.VIDEOHint },
          ]}
        />
      </div>
      <div className={styles['pair']}>
        <Choices
          kind="one"
          label={t.from}
          chosen={[from]}
          onChange={([next]) => next && setFrom(next)}
          options={[
            { value: 'upload', label: t.upload, hint: t.uploadHint },
            { value: 'path', label: t.path, hint: t.pathHint },
          ]}
        />
      </div>
      {from === 'path' && (
        <Field
          label={kind === 'IMAGES' ? t.pathIMAGES : t.pathVIDEO}
          name="path"
          hint={t.pathAllowed}
          required
          spellCheck={false}
          autoCapitalize="none"
          placeholder={kind === 'IMAGES' ? '/srv/pictures/door' : '/srv/videos/door.mp4'}
          problem={wrong === 'path' ? error?.message : null}
        />
      )}
      {from === 'upload' && files.length === 0 && (
        <DropZone
          label={kind === 'IMAGES' ? t.dropIMAGES : t.dropVIDEO}
          hint={kind === 'IMAGES' ? t.formatsIMAGES : t.formatsVIDEO}
          accept={accepted[kind]}
          multiple={kind === 'IMAGES'}
          problem={problem}
          onFiles={(given) => {
            setProblem(null);
            setFiles(given.toSorted((one, other) => byName.compare(one.name, other.name)));
          }}
        />
      )}
      {from === 'upload' && files.length > 0 && (
        <div className={styles['files']}>
          <span>{t.chosenFiles(files.length, bytes(total))}</span>
          <Button look="quiet" disabled={add.isPending} onClick={() => setFiles([])}>
            {t.chooseOthers}
          </Button>
        </div>
      )}
      <Field
        label={t.name}
        name="name"
        hint={t.nameHint}
        required
        maxLength={100}
        autoComplete="off"
        problem={wrong === 'name' ? error?.message : null}
      />
      <Field
        label={t.interval}
        name="interval"
        hint={t.intervalHint}
        type="number"
        inputMode="decimal"
        min={0.04}
        max={3_600}
        step="any"
        defaultValue={1}
        required
        problem={wrong === 'frameIntervalMs' ? error?.message : null}
      />
      {add.isPending && from === 'upload' && !made && (
        <Progress
          label={t.sending}
          share={total > 0 ? sent / total : null}
          told={t.framesOf(bytes(sent), bytes(total))}
        />
      )}
      {isElsewhere && made && <p>{t.addedNotStarted}</p>}
      {isElsewhere && <ErrorNote error={error} />}
      <div className={styles['buttons']}>
        <Button
          onClick={() => {
            leave();
            refresh([['sources']]);
            onClose();
          }}
        >
          {t.cancel}
        </Button>
        {made ? (
          <Button onClick={() => void navigate({ to: '/sources/$id', params: { id: made.id } })}>{t.openIt}</Button>
        ) : (
          <Button type="submit" value="add" look={mayWatch ? 'plain' : 'primary'} disabled={add.isPending}>
            {t.addOnly}
          </Button>
        )}
        {mayWatch && (
          <Button type="submit" value="watch" look="primary" isBusy={add.isPending}>
            {made ? t.start : t.addAndWatch}
          </Button>
        )}
      </div>
    </form>
  );
}

/** As the server plays them: 2.jpg before 10.jpg. */
const byName = new Intl.Collator('en', { numeric: true });

/** Sends files one after the other and tells how many bytes are there; leaving the form takes back what is under way. */
function useSending() {
  const [sent, setSent] = useState(0);
  const leaving = useRef(new AbortController());
  /** What is there already is not sent again when something else was refused. */
  const uploaded = useRef(new Map<File, string>());
  useEffect(() => {
    leaving.current = new AbortController();
    return () => leaving.current.abort();
  }, []);
  async function send(files: readonly File[]): Promise<string[]> {
    const { signal } = leaving.current;
    let before = 0;
    for (const file of files) {
      const start = before;
      const onProgress = ({ sentBytes }: { sentBytes: number }) => setSent(start + sentBytes);
      if (!uploaded.current.has(file)) {
        const { uploadId } = await client.sources.upload(file, { signal, onProgress });
        uploaded.current.set(file, uploadId);
      }
      before += file.size;
      setSent(before);
    }
    return files.map((file) => uploaded.current.get(file) ?? '');
  }
  return { sent, send, leave: () => leaving.current.abort() };
}

const isAbort = (error: unknown) => !(error instanceof SightlineError);

/** Which field of the form an error is about; null for none of them. */
function wrongField(error: SightlineError | null): 'name' | 'path' | 'frameIntervalMs' | null {
  if (error?.code === 'SOURCE_NAME_TAKEN') return 'name';
  if (error?.code === 'SOURCE_PATH_REFUSED') return 'path';
  const field = String(error?.details['field'] ?? '')
    .split('.')
    .at(-1);
  return field === 'name' || field === 'path' || field === 'frameIntervalMs' ? field : null;
}
