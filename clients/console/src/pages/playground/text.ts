import { defineText } from '../../app/text.ts';

export const text = defineText({
  en: { title: 'Playground', choose: 'Choose a picture', total: (ms: number) => `${ms.toFixed(0)} ms` },
  es: { title: 'Pruebas', choose: 'Elige una imagen', total: (ms: number) => `${ms.toFixed(0)} ms` },
});
