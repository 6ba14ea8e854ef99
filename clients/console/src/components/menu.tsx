import { Check } from 'lucide-react';
import { useId, useRef, useState } from 'react';
import type { KeyboardEvent, ReactElement, ReactNode } from 'react';
import styles from './menu.module.css';

export type MenuItem = { label: string; icon?: ReactNode; isChosen?: boolean; onSelect: () => void };
export type MenuGroup = { label: string; items: readonly MenuItem[] };

type Props = {
  /** What opens it: the inside of a button. */
  trigger: ReactNode;
  /** For screen readers, where the trigger says no words. */
  label?: string;
  groups: readonly MenuGroup[];
};

/** Pixels between the button and its list, and between the list and the edge of the window. */
const gap = 6;

/**
 * A button that opens a list of things to do. Arrow keys, Home and End, first letters, Escape. Our own: every page has it, and the one of
 * the library weighs more than the rest of the frame.
 */
export function Menu({ trigger, label, groups }: Props): ReactElement {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const popup = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);

  function onToggle(next: boolean): void {
    setOpen(next);
    if (!next || !button.current || !popup.current) return;
    placeBy(popup.current, button.current.getBoundingClientRect());
    itemsOf(popup.current)[0]?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const list = itemsOf(popup.current);
    const at = list.findIndex((item) => item === document.activeElement);
    const next = nextOf(event.key, { list, at });
    if (event.key === 'Tab') popup.current?.hidePopover();
    if (!next) return;
    event.preventDefault();
    next.focus();
  }

  return (
    <>
      <button
        ref={button}
        type="button"
        className={styles['trigger']}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-label={label}
        popoverTarget={id}
      >
        {trigger}
      </button>
      {/* oxlint-disable-next-line jsx-a11y/interactive-supports-focus -- its items have it */}
      <div
        ref={popup}
        id={id}
        popover="auto"
        role="menu"
        className={styles['popup']}
        onToggle={(event) => onToggle((event.nativeEvent as ToggleEvent).newState === 'open')}
        onKeyDown={onKeyDown}
      >
        {groups.map((group, index) => (
          <div key={group.label} role="group" aria-labelledby={`${id}-${index}`}>
            <p id={`${id}-${index}`} className={styles['label']}>
              {group.label}
            </p>
            {group.items.map(({ label: said, icon, isChosen, onSelect }, place) => (
              <button
                // Two may have one name, such as organizations.
                // oxlint-disable-next-line react/no-array-index-key -- they stay where they are
                key={`${place} ${said}`}
                type="button"
                role="menuitem"
                aria-current={isChosen || undefined}
                tabIndex={-1}
                className={styles['item']}
                onClick={() => {
                  popup.current?.hidePopover();
                  onSelect();
                }}
              >
                {icon}
                <span className={styles['said']}>{said}</span>
                {isChosen && <Check aria-hidden />}
              </button>
            ))}
          </div>
        ))}
      </div>
    </>
  );
}

const itemsOf = (popup: HTMLElement | null): HTMLElement[] => [
  ...(popup?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? []),
];

/** Where a key leads; undefined for keys that mean nothing here. */
function nextOf(key: string, { list, at }: { list: HTMLElement[]; at: number }): HTMLElement | undefined {
  if (key === 'ArrowDown') return list[(at + 1) % list.length];
  if (key === 'ArrowUp') return list.at(at <= 0 ? -1 : at - 1);
  if (key === 'Home') return list[0];
  if (key === 'End') return list.at(-1);
  if (key.length !== 1 || key === ' ') return undefined;
  const after = [...list.slice(at + 1), ...list.slice(0, at + 1)];
  return after.find(({ textContent }) => textContent?.toLowerCase().startsWith(key.toLowerCase()));
}

/** Below the button, or above it where there is more room. */
export function placeBy(popup: HTMLElement, { left, right, top, bottom }: DOMRect): void {
  const { style, offsetWidth } = popup;
  const { clientWidth, clientHeight } = document.documentElement;
  const isBelow = clientHeight - bottom > top;
  style.left = `${Math.max(gap, left + offsetWidth > clientWidth - gap ? right - offsetWidth : left)}px`;
  style.top = isBelow ? `${bottom + gap}px` : 'auto';
  style.bottom = isBelow ? 'auto' : `${clientHeight - top + gap}px`;
}
