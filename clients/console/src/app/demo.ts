import { pageConfig } from './page-config.ts';

const place = 'sightline-left-demo';

/** Whether a first visit goes right into the demo: there is one here, and nobody has left it on this browser. */
export function opensOntoDemo(): boolean {
  try {
    return pageConfig.demo !== null && localStorage.getItem(place) === null;
  } catch {
    return false;
  }
}

/** From now on this browser asks who somebody is. */
export function leaveDemo(): void {
  try {
    localStorage.setItem(place, 'yes');
  } catch {
    // Then the demo opens again, which harms nobody.
  }
}
