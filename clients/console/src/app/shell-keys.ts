import { useEffect, useRef } from 'react';
import { navigation } from './navigation.ts';
import type { PagePath } from './paths.ts';
import type { PageName } from './shell.text.ts';

/** What comes after `g` to go to a page. */
export const pageKeys: Readonly<Partial<Record<PageName, string>>> = {
  live: 'l',
  sources: 's',
  events: 'e',
  playground: 'p',
  models: 'm',
  api: 'i',
  usage: 'u',
  billing: 'b',
  team: 't',
  keys: 'k',
  audit: 'a',
  settings: 'c',
};

/** Two keys belong together within this time. */
const togetherMs = 1_500;

type Keys = { onPalette: () => void; go: (path: PagePath) => void };

/** Ctrl or ⌘ with K anywhere; `g` and a letter outside of fields, menus and dialogs. */
export function useShellKeys({ onPalette, go }: Keys): void {
  const latest = useRef({ onPalette, go });
  latest.current = { onPalette, go };
  useEffect(() => {
    let wentAt = -Infinity;
    function onKeyDown(event: KeyboardEvent): void {
      const { key, ctrlKey, metaKey, altKey, timeStamp, target } = event;
      if ((ctrlKey || metaKey) && key.toLowerCase() === 'k') {
        event.preventDefault();
        if (!document.querySelector('dialog:modal')) latest.current.onPalette();
        return;
      }
      if (ctrlKey || metaKey || altKey || isTaken(target)) return;
      const page = timeStamp - wentAt < togetherMs ? pageOf(key) : undefined;
      wentAt = key === 'g' ? timeStamp : -Infinity;
      if (page) latest.current.go(page);
    }
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, []);
}

/** Somebody writes, or chooses by letters. */
const isTaken = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input, textarea, select, [contenteditable], [role="menu"], [role="listbox"], dialog') !== null;

function pageOf(key: string): PagePath | undefined {
  return navigation.flatMap(({ items }) => items).find(({ name }) => pageKeys[name] === key)?.to;
}
