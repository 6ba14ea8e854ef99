import { defineText } from '../app/text.ts';

export const text = defineText({
  en: {
    noSidecarTitle: 'No sidecar can be reached from here',
    noSidecar:
      'Whoever runs this server sets INFERENCE_PUBLIC_URL to where browsers reach the sidecar, and the sidecar’s CORS_ORIGINS to this page.',
    mayNotTitle: 'You may not ask models',
    mayNot: 'Your role does not let you. Ask an owner or an admin of your organization.',
  },
  es: {
    noSidecarTitle: 'Desde aquí no se llega a ningún servicio de modelos',
    noSidecar:
      'Quien lleva este servidor pone en INFERENCE_PUBLIC_URL la dirección que ven los navegadores, y en CORS_ORIGINS del servicio la de esta página.',
    mayNotTitle: 'No puedes preguntar a los modelos',
    mayNot: 'Tu rol no te lo permite. Pídelo a un propietario o administrador de tu organización.',
  },
});
