import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Box, TrackChange } from '@sightline/inference/contract';
import { createTracker } from '@sightline/inference/session/tracker';
import fc from 'fast-check';

type Seen = { x: number; y: number; label?: string; confidence?: number; width?: number; height?: number };

const size = { width: 1_000, height: 600 };

function startTracker({ frameIntervalMs = 200, sightingsToEnter = 1, nextTrackNumber = 1 } = {}) {
  const tracker = createTracker({ nextTrackNumber, confidenceMin: 0.4, frameIntervalMs, sightingsToEnter });
  let index = 0;
  return {
    /** The next frame, in which these are seen: people of 50 × 100 pixels unless they say otherwise. */
    see(seen: Seen[], { isNewScene = false, width = size.width, height = size.height } = {}): TrackChange[] {
      const detections = seen.map(({ x, y, label = 'person', confidence = 0.8, width: w = 50, height: h = 100 }) => ({
        label,
        confidence,
        box: { x, y, width: w, height: h },
      }));
      return tracker.update({ timestampMs: index++ * frameIntervalMs, width, height, detections, isNewScene });
    },
    get nextTrackNumber() {
      return tracker.nextTrackNumber;
    },
  };
}

const said = (changes: TrackChange[]) => changes.map(({ change, trackNumber }) => `${change} ${trackNumber}`);
const numberAt = (changes: TrackChange[], x: number) => changes.find(({ box }) => Math.abs(box.x - x) < 1)?.trackNumber;

describe('a tracker', () => {
  test('tells once of what enters, and of nothing while it stands still', () => {
    const tracker = startTracker();
    assert.deepEqual(said(tracker.see([{ x: 100, y: 100 }])), ['entered 1']);
    for (let count = 0; count < 9; count++) assert.deepEqual(tracker.see([{ x: 101, y: 100 }]), []);
  });

  test('tells every two seconds of what is still there', () => {
    const tracker = startTracker({ frameIntervalMs: 500 });
    const told = Array.from({ length: 10 }, () => said(tracker.see([{ x: 100, y: 100 }])).join());
    assert.deepEqual(told, ['entered 1', '', '', '', 'updated 1', '', '', '', 'updated 1', '']);
  });

  test('follows somebody who walks, under one number, and tells of it at most twice a second', () => {
    const tracker = startTracker({ frameIntervalMs: 100 });
    const told = Array.from({ length: 50 }, (_, index) => said(tracker.see([{ x: 15 * index, y: 100 }]))).flat();
    assert.equal(told[0], 'entered 1');
    assert.ok(told.slice(1).every((change) => change === 'updated 1'));
    assert.ok(told.length >= 5 && told.length <= 11, `${told.length} changes in 5 s`);
  });

  test('keeps two people apart who walk through each other', () => {
    const tracker = startTracker({ frameIntervalMs: 100 });
    const [left, right] = [(index: number) => 100 + 12 * index, (index: number) => 700 - 12 * index];
    const changes: TrackChange[] = [];
    // They meet in the middle, where one hides the other for some frames.
    for (let index = 0; index < 50; index++) {
      const [a, b] = [left(index), right(index)];
      const people =
        Math.abs(a - b) < 20
          ? [{ x: a, y: 200 }]
          : [
              { x: a, y: 200 },
              { x: b, y: 205 },
            ];
      changes.push(...tracker.see(people));
    }
    const entered = changes.filter(({ change }) => change === 'entered');
    assert.equal(entered.length, 2, said(entered).join());
    const [first, second] = [numberAt(entered, left(0)), numberAt(entered, right(0))];
    const last = (number: number | undefined) =>
      changes.findLast(({ trackNumber }) => trackNumber === number)?.box.x ?? 0;
    assert.ok(last(first) > 600, 'the one who walks right is on the right');
    assert.ok(last(second) < 200, 'the one who walks left is on the left');
  });

  test('remembers who was hidden for a second, and finds them where they walked to', () => {
    const tracker = startTracker({ frameIntervalMs: 100 });
    const changes: TrackChange[] = [];
    for (let index = 0; index < 40; index++) {
      const isHidden = index >= 15 && index < 25;
      changes.push(...tracker.see(isHidden ? [] : [{ x: 100 + 10 * index, y: 100 }]));
    }
    assert.deepEqual([...new Set(changes.map(({ trackNumber }) => trackNumber))], [1]);
    assert.ok(changes.every(({ change }) => change !== 'left'));
  });

  test('an unsure sighting keeps a track alive and never starts one', () => {
    const tracker = startTracker({ frameIntervalMs: 500 });
    assert.deepEqual(tracker.see([{ x: 500, y: 300, confidence: 0.3 }]), []);
    assert.deepEqual(said(tracker.see([{ x: 500, y: 300 }])), ['entered 1']);
    for (let count = 0; count < 10; count++) {
      for (const change of said(tracker.see([{ x: 500, y: 300, confidence: 0.3 }]))) assert.equal(change, 'updated 1');
    }
  });

  test('says that somebody left, once, with the box where they were last seen', () => {
    const tracker = startTracker({ frameIntervalMs: 500 });
    tracker.see([{ x: 100, y: 100 }]);
    const changes = Array.from({ length: 10 }, () => tracker.see([])).flat();
    assert.deepEqual(said(changes), ['left 1']);
    assert.deepEqual(changes[0]?.box, { x: 100, y: 100, width: 50, height: 100 });
  });

  test('where frames are seconds apart, one miss is not leaving', () => {
    const tracker = startTracker({ frameIntervalMs: 10_000 });
    const told = [[{ x: 1, y: 1 }], [], [{ x: 1, y: 1 }], [], [], []].map((seen) => said(tracker.see(seen)).join());
    assert.deepEqual(told, ['entered 1', '', 'updated 1', '', '', 'left 1']);
  });

  test('a flicker is nobody where frames are close together, and uses up no number', () => {
    const tracker = startTracker({ sightingsToEnter: 3 });
    const told = [[{ x: 10, y: 10 }], [], [{ x: 400, y: 10 }], [{ x: 402, y: 10 }], [{ x: 404, y: 10 }]];
    assert.deepEqual(
      told.map((seen) => said(tracker.see(seen)).join()),
      ['', '', '', '', 'entered 1'],
    );
    assert.equal(tracker.nextTrackNumber, 2);
  });

  test('numbers go on from where an earlier run stopped', () => {
    const tracker = startTracker({ nextTrackNumber: 41 });
    assert.deepEqual(
      said(
        tracker.see([
          { x: 1, y: 1 },
          { x: 500, y: 1 },
        ]),
      ),
      ['entered 41', 'entered 42'],
    );
    assert.equal(tracker.nextTrackNumber, 43);
  });

  test('a dog is not the person who stood there', () => {
    const tracker = startTracker();
    tracker.see([{ x: 100, y: 100 }]);
    assert.deepEqual(said(tracker.see([{ x: 100, y: 100, label: 'dog' }])), ['entered 2']);
  });

  test('a new scene ends everything of the old one, and boxes keep their place in a picture of another size', () => {
    const tracker = startTracker();
    tracker.see([{ x: 100, y: 120 }]);
    const changes = tracker.see([{ x: 100, y: 120 }], { isNewScene: true, width: 500, height: 1_200 });
    assert.deepEqual(said(changes), ['left 1', 'entered 2']);
    assert.deepEqual(changes[0]?.box, { x: 50, y: 240, width: 25, height: 200 });
  });
});

const seenAnywhere = fc.record({
  x: fc.integer({ min: 0, max: 900 }),
  y: fc.integer({ min: 0, max: 500 }),
  label: fc.constantFrom('person', 'dog'),
  confidence: fc.double({ min: 0.25, max: 1, noNaN: true }),
});

test('whatever is seen, every track enters once, changes only while it is there and leaves at most once', () => {
  const videos = fc.array(fc.array(seenAnywhere, { maxLength: 6 }), { maxLength: 40 });
  fc.assert(
    fc.property(videos, fc.integer({ min: 1, max: 3 }), (frames, sightingsToEnter) => {
      const tracker = startTracker({ sightingsToEnter });
      const here = new Set<number>();
      let lastNumber = 0;
      for (const frame of frames) {
        const inThisFrame = new Set<number>();
        for (const { change, trackNumber, box } of tracker.see(frame)) {
          assert.ok(!inThisFrame.has(trackNumber), 'one word a frame');
          inThisFrame.add(trackNumber);
          assertInside(box);
          if (change === 'entered') {
            assert.equal(trackNumber, ++lastNumber, 'numbers without gaps, in order');
            here.add(trackNumber);
          } else assert.ok(change === 'left' ? here.delete(trackNumber) : here.has(trackNumber), change);
        }
      }
      assert.equal(tracker.nextTrackNumber, lastNumber + 1);
    }),
  );
});

test('far apart and in steady motion, every object keeps its number for as long as it is seen', () => {
  const walkers = fc.array(
    fc.record({ speed: fc.integer({ min: -20, max: 20 }), misses: fc.infiniteStream(fc.integer({ min: 0, max: 9 })) }),
    {
      minLength: 1,
      maxLength: 5,
    },
  );
  fc.assert(
    fc.property(walkers, (people) => {
      const tracker = startTracker({ frameIntervalMs: 100 });
      const seen: TrackChange[] = [];
      for (let index = 0; index < 40; index++) {
        const visible = people.flatMap(({ speed, misses }, lane) => {
          // One frame in ten misses somebody, as detectors do.
          const isMissed = index > 2 && misses.next().value === 0;
          return isMissed ? [] : [{ x: 450 + speed * index, y: 130 * lane, height: 90 }];
        });
        seen.push(...tracker.see(visible));
      }
      assert.equal(seen.filter(({ change }) => change === 'entered').length, people.length);
      assert.ok(seen.every(({ change }) => change !== 'left'));
      for (const { trackNumber, box } of seen)
        assert.equal(Math.floor(box.y / 130), trackNumber - 1, 'each in its lane');
    }),
  );
});

function assertInside({ x, y, width, height }: Box): void {
  assert.ok(x >= 0 && y >= 0 && x + width <= size.width && y + height <= size.height);
}
