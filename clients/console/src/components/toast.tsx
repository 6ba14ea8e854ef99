import { useSyncExternalStore } from 'react';
import type { ReactElement } from 'react';
import styles from './toast.module.css';

type Told = { readonly id: number; readonly message: string };

/** Long enough to be read, and heard. */
const shownMs = 5_000;
let shown: readonly Told[] = [];
let count = 0;
const listeners = new Set<() => void>();

function show(next: readonly Told[]): void {
  shown = next;
  for (const listener of listeners) listener();
}

/** Says that something was done. What failed belongs into an `ErrorNote` beside what was tried. */
export function toast(message: string): void {
  const id = (count += 1);
  show([...shown, { id, message }].slice(-3));
  setTimeout(() => show(shown.filter((each) => each.id !== id)), shownMs);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Where they are seen; once, in the shell. */
export function Toasts(): ReactElement {
  const all = useSyncExternalStore(subscribe, () => shown);
  return (
    <div className={styles['toasts']} role="status" aria-live="polite">
      {all.map(({ id, message }) => (
        <p key={id} className={styles['toast']}>
          {message}
        </p>
      ))}
    </div>
  );
}
