import type { Prediction } from '@sightline/core';
import type { ReactElement } from 'react';
import { useText } from '../../app/text.ts';
import { Card } from '../../components/card.tsx';
import { useFormats } from '../../components/formats.ts';
import { hueOf } from '../../components/hue-of.ts';
import type { OverlayBox } from '../../components/box-overlay.tsx';
import styles from './playground.module.css';
import { text } from './text.ts';

/** An answer, and how long it took until it was here. */
export type Outcome = { readonly prediction: Prediction; readonly tookMs: number };

/** Objects as boxes; none of a model that finds none. */
export const boxesOf = (prediction: Prediction | undefined): readonly OverlayBox[] =>
  prediction?.task === 'detection'
    ? prediction.detections.map(({ normalizedBox, label, confidence }) => ({ ...normalizedBox, label, confidence }))
    : [];

/** The same as words: what a pointer or the keyboard is on stands out in the picture. */
export function Seen({
  prediction,
  onChoose,
}: {
  prediction: Prediction;
  onChoose: (index: number | null) => void;
}): ReactElement {
  const t = useText(text);
  const { share } = useFormats();
  const { model, image } = prediction;
  const rows =
    prediction.task === 'detection'
      ? prediction.detections
      : prediction.task === 'classification'
        ? prediction.classes
        : [];
  return (
    <Card title={t.seen}>
      {prediction.task === 'image-embedding' && <p>{t.vector(prediction.embedding.length)}</p>}
      {prediction.task !== 'image-embedding' && rows.length === 0 && <p>{t.nothing}</p>}
      <ul className={styles['rows']} onPointerLeave={() => onChoose(null)}>
        {rows.map(({ label, confidence }, index) => (
          <li key={index}>
            <button
              type="button"
              className={styles['row']}
              onPointerEnter={() => onChoose(index)}
              onFocus={() => onChoose(index)}
              onBlur={() => onChoose(null)}
            >
              <span className={styles['dot']} style={{ '--hue': hueOf(label) } as object} aria-hidden />
              <span className={styles['label']}>{label}</span>
              <span className={styles['number']}>{share(confidence)}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className={styles['soft']}>{t.answeredBy(`${model.name}@${model.version}`, image.width, image.height)}</p>
    </Card>
  );
}

const stages = ['decodeMs', 'preprocessMs', 'queueMs', 'modelMs', 'postprocessMs'] as const;

/** Milliseconds of each stage, and of the way. */
export function Timings({ outcome: { prediction, tookMs } }: { outcome: Outcome }): ReactElement {
  const t = useText(text);
  const { count } = useFormats();
  const { timings, cached } = prediction;
  const rows = [
    ...stages.map((name) => ({ name, ms: timings[name] })),
    { name: 'wayMs' as const, ms: Math.max(0, tookMs - timings.totalMs) },
  ];
  const most = Math.max(...rows.map(({ ms }) => ms), 0.001);
  return (
    <Card title={t.timings}>
      <dl className={styles['timings']}>
        {rows.map(({ name, ms }) => (
          <div key={name} className={styles['timing']}>
            <dt>{t[name]}</dt>
            <dd>{t.ms(count(ms))}</dd>
            <span className={styles['bar']} style={{ width: `${(ms / most) * 100}%` }} aria-hidden />
          </div>
        ))}
        <div className={styles['timing']}>
          <dt className={styles['together']}>{t.totalMs}</dt>
          <dd className={styles['together']}>{t.ms(count(tookMs))}</dd>
        </div>
      </dl>
      {cached && <p className={styles['soft']}>{t.cached}</p>}
    </Card>
  );
}
