/** What the client says by itself, and the same in Spanish. In `{braces}`: values that are carried over. */
export const phrasesEs: readonly (readonly [english: string, spanish: string])[] = [
  // Why, where it is known, brings its parentheses with it.
  ['{url} cannot be reached{why}.', 'No se llega a {url}{why}.'],
  ['{url} cannot be reached.', 'No se llega a {url}.'],
  ['The connection was lost{why}.', 'Se ha perdido la conexión{why}.'],
  ['The connection was lost.', 'Se ha perdido la conexión.'],
  ['The connection was closed to open a new one.', 'Se ha cerrado la conexión para abrir otra.'],
  ['The server ended the subscription.', 'El servidor ha terminado la suscripción.'],
  ['No answer within {time} ms.', 'No ha habido respuesta en {time} ms.'],
  ['The caller aborted this.', 'Quien llamaba lo ha abandonado.'],
  ['The reader is too slow.', 'Se lee demasiado despacio.'],
  ['The server refused without saying why.', 'El servidor lo ha rechazado sin decir por qué.'],
  ['The answer was HTTP {status} without an explanation.', 'La respuesta ha sido HTTP {status}, sin explicación.'],
  [
    'The answer is not one of a GraphQL server. Is baseUrl right?',
    'La respuesta no es de un servidor de GraphQL. ¿Es correcta baseUrl?',
  ],
  ['The answer is not one of an inference sidecar.', 'La respuesta no es de un sidecar de inferencia.'],
  ['Give either a token or an apiKey, not both.', 'Da un token o una apiKey, no ambos.'],
  ['A refreshToken needs its token.', 'Un refreshToken necesita su token.'],
  [
    'An apiKey in a web page can be read by everyone who opens it. Sign in instead, or set allowApiKeyInBrowser.',
    'Una apiKey en una página web la puede leer quien la abra. Inicia sesión, o pon allowApiKeyInBrowser.',
  ],
  ['{name} must be an http or https URL, not “{value}”.', '{name} tiene que ser una URL http o https, no «{value}».'],
  ['{name} must be a number of at least {least}.', '{name} tiene que ser un número, {least} como mínimo.'],
  ['Give the client an inferenceUrl to use predict.', 'Da al cliente una inferenceUrl para usar predict.'],
  [
    'There is no global WebSocket here. Pass one as `webSocket`: the class of the package `ws`.',
    'Aquí no hay ningún WebSocket global. Da uno en `webSocket`: la clase del paquete `ws`.',
  ],
  ['A webhook needs the secret of its endpoint.', 'Un webhook necesita el secreto de su destino.'],
  [
    'A webhook secret is whsec_ and at least 16 bytes in base64.',
    'Un secreto de webhook es whsec_ y al menos 16 bytes en base64.',
  ],
  [
    'Give the body of a webhook as it came, text or bytes: what was parsed cannot be verified.',
    'Da el cuerpo de un webhook tal como llegó, texto o bytes: lo ya interpretado no se puede comprobar.',
  ],
  ['The id of a webhook has neither dots nor spaces.', 'El id de un webhook no lleva ni puntos ni espacios.'],
  ['The webhook-id is missing or no id.', 'webhook-id falta o no es un id.'],
  ['The webhook-timestamp is missing or no time.', 'webhook-timestamp falta o no es una hora.'],
  [
    'The webhook was sent too long ago, or one of the two clocks is wrong.',
    'El webhook se envió hace demasiado tiempo, o uno de los dos relojes va mal.',
  ],
  ['No signature of the webhook is right.', 'Ninguna firma del webhook es correcta.'],
  ['The body of the webhook is no JSON object with a type.', 'El cuerpo del webhook no es un objeto JSON con un type.'],
  [
    '“{name}” is no kind of picture or video we know; say its type.',
    '«{name}» no es una imagen ni un vídeo de los que conocemos; di su tipo.',
  ],
];
