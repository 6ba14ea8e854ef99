import { Upload } from 'lucide-react';
import { useId, useState } from 'react';
import type { DragEvent, ReactElement, ReactNode } from 'react';
import styles from './drop-zone.module.css';

type Props = {
  /** What may be dropped or chosen, as words. */
  label: string;
  hint?: ReactNode;
  /** As `accept` of a file field. */
  accept: string;
  multiple?: boolean;
  /** What is wrong with what was given. */
  problem?: string | null | undefined;
  onFiles: (files: File[]) => void;
};

/** A place for files: dropped, or chosen by a press or a key. */
export function DropZone({ label, hint, accept, multiple = false, problem, onFiles }: Props): ReactElement {
  const id = useId();
  const [isOver, setOver] = useState(false);
  function drop(event: DragEvent): void {
    event.preventDefault();
    setOver(false);
    const files = [...event.dataTransfer.files];
    if (files.length > 0) onFiles(multiple ? files : files.slice(0, 1));
  }
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- keys have the field inside
    <label
      className={`${styles['zone']} ${isOver ? styles['over'] : ''} ${problem ? styles['wrong'] : ''}`}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <Upload aria-hidden className={styles['icon']} />
      <span className={styles['label']}>{label}</span>
      {hint && (
        <span id={`${id}-hint`} className={styles['hint']}>
          {hint}
        </span>
      )}
      {problem && (
        <span className={styles['problem']} role="alert">
          {problem}
        </span>
      )}
      <input
        type="file"
        className="visually-hidden"
        aria-label={label}
        aria-describedby={hint ? `${id}-hint` : undefined}
        accept={accept}
        multiple={multiple}
        onChange={({ target }) => {
          onFiles([...(target.files ?? [])]);
          // The same file again is a choice, too.
          target.value = '';
        }}
      />
    </label>
  );
}
