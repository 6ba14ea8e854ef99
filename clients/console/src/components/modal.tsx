import { useLayoutEffect, useRef } from 'react';
import type { ReactElement, ReactNode } from 'react';
import styles from './dialog.module.css';

type Props = {
  onClose: () => void;
  /** Id of its heading; or else `label`. */
  labelledBy?: string;
  label?: string;
  className?: string | undefined;
  children: ReactNode;
};

/**
 * What is in front of everything as long as it is there. Escape and a press beside it close; the focus goes to what is to be filled in, and
 * back where it was. The browser's own: what is opened last is in front, and everything behind it is out of reach.
 */
export function Modal({ onClose, labelledBy, label, className = '', children }: Props): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const { current } = dialog;
    current?.showModal();
    current?.querySelector<HTMLElement>('input, select, textarea')?.focus();
    return () => current?.close();
  }, []);
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/click-events-have-key-events -- keys have Escape
    <dialog
      ref={dialog}
      className={`${styles['dialog']} ${className}`}
      aria-labelledby={labelledBy}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      // Not `click`: marking text and letting go beside it is none.
      onPointerDown={({ target }) => {
        if (target === dialog.current) onClose();
      }}
    >
      {children}
    </dialog>
  );
}
