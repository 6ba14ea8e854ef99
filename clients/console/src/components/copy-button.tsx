import { Check, Copy } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { ReactElement } from 'react';
import { useText } from '../app/text.ts';
import { Button } from './button.tsx';
import { text } from './components.text.ts';

/** Puts a text on the clipboard, and says so. */
export function CopyButton({ value, label }: { value: string; label?: string }): ReactElement {
  const t = useText(text);
  const [isDone, setDone] = useState(false);
  useEffect(() => {
    if (!isDone) return;
    const timer = setTimeout(() => setDone(false), 2_000);
    return () => clearTimeout(timer);
  }, [isDone]);
  const copy = () => void navigator.clipboard.writeText(value).then(() => setDone(true));
  return (
    <Button look="quiet" icon={isDone ? <Check aria-hidden /> : <Copy aria-hidden />} onClick={copy}>
      <span aria-live="polite">{isDone ? t.copied : (label ?? t.copy)}</span>
    </Button>
  );
}
