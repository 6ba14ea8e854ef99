import { useState } from 'react';
import type { ReactElement, ReactNode } from 'react';
import styles from './box-overlay.module.css';
import { useFormats } from './formats.ts';
import { hueOf } from './hue-of.ts';

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

type Props = {
  src?: string;
  alt: string;
  boxes: readonly OverlayBox[];
  /** In place of the picture, such as a video. As wide as it gets. */
  media?: ReactNode;
  /** Which of the boxes stands out; none unless given. */
  chosen?: number | null;
};

/** A picture with what was seen in it, in a colour for each label. `alt` says the same to whoever sees neither. */
export function BoxOverlay({ src, alt, boxes, media, chosen = null }: Props): ReactElement {
  const { share } = useFormats();
  const [ratio, setRatio] = useState<number | null>(null);
  return (
    // A picture that stands upright does not push everything else off the screen.
    <div className={styles['overlay']} style={ratio === null ? {} : { maxWidth: `calc(68dvh * ${ratio})` }}>
      {media ?? (
        <img
          src={src}
          alt={alt}
          className={styles['picture']}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setRatio(naturalHeight > 0 ? naturalWidth / naturalHeight : null)
          }
        />
      )}
      {boxes.map(({ x, y, width, height, label, confidence }, index) => (
        <span
          key={index}
          aria-hidden
          className={`${styles['box']} ${chosen === index ? styles['chosen'] : ''} ${chosen !== null && chosen !== index ? styles['behind'] : ''}`}
          style={
            {
              '--hue': hueOf(label),
              left: `${x * 100}%`,
              top: `${y * 100}%`,
              width: `${width * 100}%`,
              height: `${height * 100}%`,
            } as object
          }
        >
          <span className={`${styles['label']} ${y < 0.08 ? styles['inside'] : ''} ${x > 0.7 ? styles['ending'] : ''}`}>
            {label}
            {confidence !== null && ` ${share(confidence)}`}
          </span>
        </span>
      ))}
    </div>
  );
}
