import type { ErrorCode } from '../errors/codes.ts';
import type { ErrorText } from './errors.en.ts';

export const errorsEs: Record<ErrorCode, ErrorText> = {
  BAD_REQUEST: { title: 'No se ha podido leer la petición', hint: 'Corrige la parte que nombra el mensaje.' },
  BODY_TOO_LARGE: { title: 'El cuerpo es demasiado grande', hint: 'Envía menos, o envía los archivos como subida.' },
  HEADERS_TOO_LARGE: {
    title: 'Las cabeceras son demasiado grandes',
    hint: 'Envía menos cabeceras o más cortas.',
  },
  BATCHING_NOT_SUPPORTED: {
    title: 'Una operación por petición',
    hint: 'Envía cada operación en su propia petición, o pide varios campos en una.',
  },
  DOCUMENT_UNKNOWN: {
    title: 'El documento no es de los conocidos',
    hint: 'Envía un documento que el servidor ya tenga, o pide a quien lo administra que añada el tuyo.',
  },
  GRAPHQL_PARSE_FAILED: { title: 'El documento no es GraphQL', hint: 'Mira el lugar que nombra `locations`.' },
  GRAPHQL_VALIDATION_FAILED: {
    title: 'El documento no encaja con el esquema',
    hint: 'Compáralo, con sus variables, con el esquema.',
  },
  QUERY_TOO_COMPLEX: {
    title: 'La operación es demasiado grande',
    hint: 'Pide páginas más pequeñas o divide la operación.',
  },
  METHOD_NOT_ALLOWED: { title: 'No con este método', hint: 'Usa un método de los que enumera la cabecera `allow`.' },
  NOT_ACCEPTABLE: { title: 'Nada encaja con lo que aceptas', hint: 'Acepta uno de los tipos que nombra el mensaje.' },
  UNSUPPORTED_MEDIA_TYPE: {
    title: 'No se admiten cuerpos de este tipo',
    hint: 'Envía uno de los tipos que nombra el mensaje.',
  },
  REQUEST_TIMEOUT: { title: 'La petición ha tardado demasiado en llegar', hint: 'Envíala otra vez.' },
  INPUT_INVALID: { title: 'Un valor no tiene sentido', hint: 'Corrige el valor que nombra `details.field`.' },

  UNAUTHENTICATED: {
    title: 'No hay ninguna sesión iniciada',
    hint: 'Inicia sesión otra vez o envía una clave de API válida.',
  },
  FORBIDDEN: { title: 'No puedes hacer esto', hint: 'Pide el permiso a quien administre la organización.' },
  EMAIL_TAKEN: { title: 'La dirección ya está en uso', hint: 'Inicia sesión o usa otra dirección.' },
  CREDENTIALS_INVALID: {
    title: 'La dirección o la contraseña no es correcta',
    hint: 'Comprueba las dos, o cambia la contraseña.',
  },
  EMAIL_NOT_VERIFIED: {
    title: 'La dirección no está confirmada',
    hint: 'Abre el enlace del correo o pide otro.',
  },
  PASSWORD_REFUSED: {
    title: 'La contraseña no es lo bastante buena',
    hint: 'Elige una más larga que no tenga nadie más.',
  },
  TOKEN_INVALID: { title: 'El enlace o el vale ya no sirve', hint: 'Pide uno nuevo.' },
  TOO_MANY_ATTEMPTS: { title: 'Demasiados intentos', hint: 'Espera el tiempo que dice `retryAfterMs`.' },
  SECOND_FACTOR_INVALID: {
    title: 'El código no es correcto',
    hint: 'Espera al siguiente código o usa uno de recuperación.',
  },
  SECOND_FACTOR_ENABLED: { title: 'Ya hay un segundo factor', hint: 'Desactívalo primero.' },
  STEP_UP_REQUIRED: {
    title: 'Demuestra otra vez quién eres',
    hint: 'Da tu segundo factor o tu contraseña y vuelve a pedirlo.',
  },
  IDENTITY_REFUSED: {
    title: 'Se ha rechazado la respuesta del proveedor de identidad',
    hint: 'Empieza otra vez a iniciar sesión.',
  },
  IDENTITY_TAKEN: {
    title: 'La identidad pertenece a otra persona',
    hint: 'Inicia sesión con ella, o desvincúlala allí primero.',
  },
  REFRESH_TOKEN_INVALID: { title: 'El token de renovación ya no sirve', hint: 'Inicia sesión otra vez.' },
  REFRESH_TOKEN_REUSED: {
    title: 'Ha vuelto un token de renovación antiguo',
    hint: 'Inicia sesión otra vez y guarda solo el token más reciente.',
  },
  CSRF_REFUSED: {
    title: 'La petición no viene de nuestra página',
    hint: 'Envía la cabecera `x-csrf-token` que recibió la página.',
  },
  ORIGIN_REFUSED: {
    title: 'Las páginas de este origen no pueden llamar',
    hint: 'Añade el origen a `CORS_ORIGINS`, si es tuyo.',
  },
  SCOPE_MISSING: { title: 'A la clave le falta un ámbito', hint: 'Usa una clave con el ámbito que nombra el mensaje.' },
  KEY_ADDRESS_REFUSED: {
    title: 'La clave no se puede usar desde aquí',
    hint: 'Llama desde una dirección de la lista de la clave, o cambia la lista.',
  },

  AUTHORIZATION_PENDING: { title: 'Nadie ha decidido todavía', hint: 'Pregunta otra vez pasados `interval` segundos.' },
  SLOW_DOWN: { title: 'Se pregunta demasiado a menudo', hint: 'Desde ahora espera 5 segundos más entre preguntas.' },
  EXPIRED_TOKEN: { title: 'El código del dispositivo ha caducado', hint: 'Empieza otra vez con un código nuevo.' },
  ACCESS_DENIED: { title: 'La persona ha dicho que no', hint: 'No vuelvas a preguntar sin que te lo pidan.' },
  INVALID_GRANT: { title: 'El código ya no sirve', hint: 'Empieza otra vez: un código funciona una sola vez.' },
  UNSUPPORTED_GRANT_TYPE: { title: 'Tipo de concesión desconocido', hint: 'Usa uno de los tipos documentados.' },

  ALREADY_MEMBER: { title: 'Ya es miembro', hint: 'Cambia su papel.' },
  LAST_OWNER: { title: 'Una organización necesita un propietario', hint: 'Nombra antes a otro propietario.' },
  TEAM_NAME_TAKEN: { title: 'Ya hay un equipo con este nombre', hint: 'Elige otro nombre.' },
  ROLE_NAME_TAKEN: { title: 'Ya hay un papel con este nombre', hint: 'Elige otro nombre.' },
  ERASURE_BLOCKED: {
    title: 'Otras personas dependen de esta cuenta',
    hint: 'Nombra a otro propietario o borra la organización, y vuelve a pedirlo.',
  },

  NOT_FOUND: { title: 'No existe', hint: 'Comprueba el identificador y en nombre de quién preguntas.' },
  SOURCE_NAME_TAKEN: { title: 'Ya hay una fuente con este nombre', hint: 'Elige otro nombre o usa esa fuente.' },
  SOURCE_PATH_REFUSED: {
    title: 'La ruta no se puede leer',
    hint: 'Pon los archivos dentro de un directorio de `SOURCE_DIRS`, o súbelos.',
  },
  SOURCE_EMPTY: { title: 'No hay nada que mirar', hint: 'Da imágenes, o un vídeo.' },
  UPLOAD_INCOMPLETE: {
    title: 'Falta por llegar una subida',
    hint: 'Espera a que se responda a cada PUT y vuelve a pedirlo.',
  },
  UPLOAD_MISMATCH: {
    title: 'Los bytes no son los anunciados',
    hint: 'Haz una subida nueva con el tamaño y el tipo verdaderos.',
  },
  FILE_TYPE_REFUSED: {
    title: 'No se admiten archivos de este tipo',
    hint: 'Envía un tipo de los que enumera el mensaje.',
  },
  URL_REFUSED: {
    title: 'El servidor no llama a esta dirección',
    hint: 'Usa una dirección que alcance todo internet.',
  },
  LINK_INVALID: { title: 'El enlace ya no sirve', hint: 'Pide la URL otra vez justo antes de usarla.' },
  PIPELINE_UNKNOWN: { title: 'No existe ese proceso', hint: 'Usa uno de los que enumera el mensaje.' },
  CURSOR_INVALID: { title: 'El cursor no es de este flujo', hint: 'Usa el cursor de un evento, o "0".' },

  BATCH_OUT_OF_ORDER: {
    title: 'Falta un lote antes de este',
    hint: 'Envía los lotes otra vez desde el número que dice `expected`.',
  },
  JOB_NOT_FAILED: {
    title: 'La tarea no ha fallado',
    hint: 'Solo se repite a mano lo que ha fallado definitivamente.',
  },
  PLAN_LIMIT_REACHED: { title: 'El plan no permite más', hint: 'Quita algo o cambia de plan.' },
  QUOTA_EXCEEDED: {
    title: 'La cuota de este periodo está agotada',
    hint: 'Espera al próximo periodo, cuyo comienzo dice `retryAfterMs`, o elige un plan mayor.',
  },
  PAYMENT_REQUIRED: { title: 'Hay un pago pendiente', hint: 'Paga la factura pendiente o cambia la forma de pago.' },
  PAYMENT_FAILED: { title: 'El pago no se ha realizado', hint: 'Revisa la forma de pago y vuelve a intentarlo.' },
  SUBSCRIPTION_CHANGE_REFUSED: {
    title: 'La suscripción no puede cambiar así',
    hint: 'Haz primero lo que dice el mensaje.',
  },
  INVOICE_CHANGE_REFUSED: {
    title: 'La factura no puede cambiar así',
    hint: 'Mira su estado y lo que ya se ha abonado.',
  },
  WEBHOOK_REFUSED: {
    title: 'El evento no se acepta',
    hint: 'Comprueba el secreto de firma y envía el cuerpo tal como se firmó.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    title: 'La clave de idempotencia es de otra petición',
    hint: 'Usa una clave nueva para cada petición y la misma solo para repetirla.',
  },
  IDEMPOTENCY_IN_FLIGHT: {
    title: 'La misma petición sigue en curso',
    hint: 'Espera un momento y repítela con la misma clave.',
  },
  SANDBOX_ONLY: { title: 'Solo en un entorno de pruebas', hint: 'Crea una organización de pruebas y hazlo allí.' },
  KEY_LIMIT_REACHED: {
    title: 'La clave ha agotado su límite',
    hint: 'Espera el tiempo que dice `retryAfterMs`, o cambia el límite.',
  },
  RATE_LIMITED: {
    title: 'Demasiadas peticiones',
    hint: 'Espera el tiempo que dice `retryAfterMs` y sigue más despacio.',
  },
  TOO_MANY_SUBSCRIPTIONS: {
    title: 'Demasiadas operaciones en un socket',
    hint: 'Termina algunas o abre otro socket.',
  },

  READER_TOO_SLOW: {
    title: 'Se lee demasiado despacio',
    hint: 'Vuelve con el último cursor y lee más deprisa o filtra más.',
  },
  INGEST_BUSY: {
    title: 'El registro va con retraso',
    hint: 'Envía el mismo lote otra vez tras `retryAfterMs`; mientras tanto, lee la fuente más despacio.',
  },

  INTERNAL_SERVER_ERROR: {
    title: 'Algo ha fallado por nuestra parte',
    hint: 'Inténtalo otra vez; cita el identificador de la petición si pides ayuda.',
  },
  SERVICE_UNAVAILABLE: { title: 'No está disponible ahora mismo', hint: 'Inténtalo otra vez dentro de un momento.' },
  DEADLINE_EXCEEDED: { title: 'Ha tardado demasiado', hint: 'Pide menos o inténtalo otra vez.' },
};
