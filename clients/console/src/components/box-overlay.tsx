import type { ReactElement } from 'react';
import styles from './box-overlay.module.css';

/** As shares of the picture's width and height, 0 to 1, as events and predictions have them. */
export type OverlayBox = {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly label: string;
  /** 0 to 1; not shown where it is null. */
  readonly confidence: number | null;
};

/** A picture with what was seen in it. `alt` says the same to whoever sees neither. */
export function BoxOverlay({
  src,
  alt,
  boxes,
}: {
  src: string;
  alt: string;
  boxes: readonly OverlayBox[];
}): ReactElement {
  return (
    <div className={styles['overlay']}>
      <img src={src} alt={alt} className={styles['picture']} />
      <svg className={styles['boxes']} viewBox="0 0 1 1" preserveAspectRatio="none" aria-hidden>
        {boxes.map(({ x, y, width, height }, index) => (
          <rect key={index} x={x} y={y} width={width} height={height} className={styles['box']} />
        ))}
      </svg>
      {boxes.map(({ x, y, label, confidence }, index) => (
        <span key={index} aria-hidden className={styles['label']} style={{ left: `${x * 100}%`, top: `${y * 100}%` }}>
          {label} {confidence !== null && `${Math.round(confidence * 100)} %`}
        </span>
      ))}
    </div>
  );
}
