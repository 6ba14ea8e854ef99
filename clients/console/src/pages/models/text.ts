import { defineText } from '../../app/text.ts';

export const text = defineText({ en: { title: 'Models' }, es: { title: 'Modelos' } });
