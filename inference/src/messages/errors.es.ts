import type { ErrorCode } from '../errors.ts';
import type { ErrorText } from './errors.en.ts';

export const errorsEs: Record<ErrorCode, ErrorText> = {
  INPUT_INVALID: { title: 'Un valor no tiene sentido', hint: 'Corrige el valor que nombra `details.field`.' },
  BAD_REQUEST: { title: 'No se ha podido leer la petición', hint: 'Corrige la parte que nombra el mensaje.' },
  BODY_TOO_LARGE: { title: 'El cuerpo es demasiado grande', hint: 'Envía menos, o envía los archivos como subida.' },
  UNSUPPORTED_MEDIA_TYPE: {
    title: 'No se admiten cuerpos de este tipo',
    hint: 'Envía uno de los tipos que nombra el mensaje.',
  },
  REQUEST_TIMEOUT: { title: 'La petición ha tardado demasiado en llegar', hint: 'Envíala otra vez.' },
  HEADERS_TOO_LARGE: { title: 'Las cabeceras son demasiado grandes', hint: 'Envía menos cabeceras o más cortas.' },
  FRAME_INVALID: {
    title: 'Esto no es una trama',
    hint: 'Corrige lo que escribe en la tubería y vuelve a arrancar el sidecar.',
  },
  METHOD_NOT_ALLOWED: { title: 'No con este método', hint: 'Usa un método de los que enumera la cabecera `allow`.' },
  NOT_FOUND: { title: 'No existe', hint: 'Comprueba el identificador y en nombre de quién preguntas.' },
  IMAGE_MISSING: {
    title: 'No hay ninguna imagen',
    hint: 'Envía la imagen como cuerpo, como archivo de un formulario o en base64.',
  },
  IMAGE_TYPE_REFUSED: {
    title: 'No es una imagen de un tipo admitido',
    hint: 'Envía JPEG, PNG, WebP, GIF, AVIF o TIFF.',
  },
  IMAGE_UNREADABLE: {
    title: 'La imagen está dañada',
    hint: 'Ábrela con otro programa; si tampoco se abre, hazla otra vez.',
  },
  IMAGE_TOO_LARGE: { title: 'La imagen es demasiado grande', hint: 'Redúcela antes.' },
  TENSOR_INVALID: {
    title: 'Los tensores no encajan con la red',
    hint: 'Compara nombres, tipos y formas con los del modelo.',
  },
  UNAUTHENTICATED: {
    title: 'No hay ninguna sesión iniciada',
    hint: 'Inicia sesión otra vez o envía una clave de API válida.',
  },
  KEY_ADDRESS_REFUSED: {
    title: 'La clave no se puede usar desde aquí',
    hint: 'Llama desde una dirección de la lista de la clave, o cambia la lista.',
  },
  FORBIDDEN: { title: 'No puedes hacer esto', hint: 'Pide el permiso a quien administre la organización.' },
  PIPELINE_UNKNOWN: { title: 'No existe ese proceso', hint: 'Usa uno de los que enumera el mensaje.' },
  SOURCE_UNREADABLE: {
    title: 'La fuente no se puede leer',
    hint: 'Comprueba que sus archivos están y que un reproductor los abre.',
  },
  SOURCE_REFUSED: {
    title: 'La fuente no se puede usar',
    hint: 'Da al sidecar los mismos `SOURCE_DIRS` que al servidor.',
  },
  FFMPEG_MISSING: { title: 'Los vídeos necesitan ffmpeg', hint: 'Instala ffmpeg y arranca el sidecar otra vez.' },
  RATE_LIMITED: {
    title: 'Demasiadas peticiones',
    hint: 'Espera el tiempo que dice `retryAfterMs` y sigue más despacio.',
  },
  QUOTA_EXCEEDED: {
    title: 'La cuota de este periodo está agotada',
    hint: 'Espera al próximo periodo, cuyo comienzo dice `retryAfterMs`, o elige un plan mayor.',
  },
  QUEUE_FULL: {
    title: 'Esperan demasiadas imágenes',
    hint: 'Inténtalo dentro de un momento, con menos peticiones a la vez.',
  },
  DEADLINE_EXCEEDED: { title: 'Ha tardado demasiado', hint: 'Pide menos o inténtalo otra vez.' },
  MODEL_NOT_READY: { title: 'El modelo no está listo', hint: 'Inténtalo otra vez dentro de unos segundos.' },
  MODEL_FETCH_FAILED: {
    title: 'No se ha podido traer el modelo',
    hint: 'Comprueba la conexión con su origen e inténtalo otra vez.',
  },
  MODEL_NOT_INSTALLED: {
    title: 'El modelo no está instalado',
    hint: 'Instálalo, o usa uno de los que enumera `GET /models`.',
  },
  MODEL_INVALID: { title: 'El modelo no se puede usar', hint: 'Instálalo otra vez o corrige su configuración.' },
  ENGINE_FAILED: { title: 'El motor ha fallado', hint: 'Inténtalo otra vez; ya se ha arrancado de nuevo.' },
  INTERNAL_SERVER_ERROR: {
    title: 'Algo ha fallado por nuestra parte',
    hint: 'Inténtalo otra vez; cita el identificador de la petición si pides ayuda.',
  },
  SERVICE_UNAVAILABLE: { title: 'No está disponible ahora mismo', hint: 'Inténtalo otra vez dentro de un momento.' },
};
