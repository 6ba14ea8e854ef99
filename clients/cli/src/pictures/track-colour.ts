// Hues this far apart never come close to each other, however many tracks there are.
const goldenAngle = 137.508;

/** The same colour for a track in every picture; `ink` is what can be read on it. */
export function colourOf(trackNumber: number): { fill: string; ink: string } {
  const hue = (trackNumber * goldenAngle) % 360;
  const [red, green, blue] = rgbOf(hue, 0.85, 0.58);
  const luminance = 0.299 * red + 0.587 * green + 0.114 * blue;
  return { fill: `rgb(${red} ${green} ${blue})`, ink: luminance > 120 ? '#101418' : '#ffffff' };
}

function rgbOf(hue: number, saturation: number, lightness: number): [number, number, number] {
  const reach = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number) => {
    const step = (offset + hue / 30) % 12;
    return Math.round(255 * (lightness - reach * Math.max(-1, Math.min(step - 3, 9 - step, 1))));
  };
  return [channel(0), channel(8), channel(4)];
}
