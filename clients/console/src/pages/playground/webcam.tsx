import { SightlineError } from '@sightline/core';
import { Camera, CameraOff } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import type { ReactElement } from 'react';
import { client } from '../../app/client.ts';
import { useText } from '../../app/text.ts';
import { BoxOverlay } from '../../components/box-overlay.tsx';
import { Button } from '../../components/button.tsx';
import { useFormats } from '../../components/formats.ts';
import { boxesOf } from './outcome.tsx';
import type { Outcome } from './outcome.tsx';
import styles from './playground.module.css';
import { text } from './text.ts';

type Props = {
  model: string | undefined;
  threshold: number | undefined;
  outcome: Outcome | null;
  chosen: number | null;
  onOutcome: (outcome: Outcome) => void;
  onError: (error: SightlineError) => void;
  onTake: (picture: Blob) => void;
  onStop: () => void;
};

/** The webcam, and what is in it: one picture after the other, as fast as answers come. */
export function Webcam({ model, threshold, outcome, chosen, onOutcome, onError, onTake, onStop }: Props): ReactElement {
  const t = useText(text);
  const { count } = useFormats();
  const video = useRef<HTMLVideoElement>(null);
  const [refusal, setRefusal] = useState<'noCamera' | 'cameraRefused' | null>(null);
  const [isOn, setOn] = useState(false);
  const told = useRef({ onOutcome, onError });
  told.current = { onOutcome, onError };

  useEffect(() => {
    let stream: MediaStream | null = null;
    let isGone = false;
    async function open(): Promise<void> {
      try {
        stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
        if (isGone || !video.current) return end();
        video.current.srcObject = stream;
        await video.current.play();
        setOn(true);
      } catch (error) {
        if (!isGone) setRefusal((error as Error).name === 'NotAllowedError' ? 'cameraRefused' : 'noCamera');
      }
    }
    // The light beside the camera goes out with the page.
    const end = () => stream?.getTracks().forEach((track) => track.stop());
    void open();
    return () => {
      isGone = true;
      end();
    };
  }, []);

  useEffect(() => {
    if (!isOn) return;
    const leaving = new AbortController();
    void lookOn(() => video.current, { model, threshold, signal: leaving.signal, told: told.current });
    return () => leaving.abort();
  }, [isOn, model, threshold]);

  if (refusal) {
    return (
      <div className={styles['refused']} role="alert">
        <CameraOff aria-hidden />
        <p>{t[refusal]}</p>
        <Button onClick={onStop}>{t.another}</Button>
      </div>
    );
  }
  return (
    <>
      <BoxOverlay
        alt={t.camera}
        boxes={boxesOf(outcome?.prediction)}
        chosen={chosen}
        media={<video ref={video} className={styles['video']} aria-label={t.camera} muted playsInline />}
      />
      <div className={styles['actions']}>
        <span className={styles['soft']}>{outcome && t.perSecond(count(1_000 / Math.max(1, outcome.tookMs)))}</span>
        <Button onClick={onStop}>{t.stop}</Button>
        <Button
          look="primary"
          icon={<Camera aria-hidden />}
          disabled={!isOn}
          onClick={() => void pictureOf(video.current).then((picture) => picture && onTake(picture))}
        >
          {t.take}
        </Button>
      </div>
    </>
  );
}

type Looking = {
  model: string | undefined;
  threshold: number | undefined;
  signal: AbortSignal;
  told: Pick<Props, 'onOutcome' | 'onError'>;
};

/** Asks about what is seen now, and again when that is answered; not while nobody can see the page. */
async function lookOn(
  video: () => HTMLVideoElement | null,
  { model, threshold, signal, told }: Looking,
): Promise<void> {
  while (!signal.aborted) {
    await untilSeen(signal);
    const now = video();
    if (signal.aborted || !now) return;
    const startMs = performance.now();
    try {
      const prediction = await client.predict(now, { model, threshold, signal });
      if (!signal.aborted) told.onOutcome({ prediction, tookMs: performance.now() - startMs });
    } catch (error) {
      if (signal.aborted || !(error instanceof SightlineError)) return;
      told.onError(error);
      return;
    }
    await new Promise((resolve) => requestAnimationFrame(resolve));
  }
}

function untilSeen(signal: AbortSignal): Promise<void> | undefined {
  if (!document.hidden) return;
  return new Promise((resolve) => {
    const options = { once: true, signal };
    document.addEventListener('visibilitychange', () => resolve(), options);
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

async function pictureOf(video: HTMLVideoElement | null): Promise<Blob | null> {
  if (!video || video.videoWidth === 0) return null;
  const canvas = new OffscreenCanvas(video.videoWidth, video.videoHeight);
  canvas.getContext('2d')?.drawImage(video, 0, 0);
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.92 });
}
