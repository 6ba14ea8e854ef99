import { modelPhrasesEs } from './model-phrases.es.ts';

/**
 * What the sidecar says in English, and the same in Spanish. `{name}` stands for a value that is carried over as it is,
 * `{*name}` for one that is told in Spanish where it is one of the `words` below or another of these phrases, `{!name}` for
 * one that has to be. The first that fits is taken, so what is more exact stands further up.
 * `test/contract/errors-sidecar-languages.test.ts` names what is missing here.
 */
export const phrasesEs: readonly (readonly [english: string, spanish: string])[] = [
  // Reading the request
  ['The body is empty.', 'El cuerpo está vacío.'],
  ['The body is not JSON.', 'El cuerpo no es JSON.'],
  ['The body is larger than this server accepts.', 'El cuerpo es más grande de lo que admite este servidor.'],
  ['The body is larger than {bytes} bytes.', 'El cuerpo tiene más de {bytes} bytes.'],
  ['The body broke off.', 'El cuerpo se ha cortado.'],
  ['The body stopped arriving.', 'El cuerpo ha dejado de llegar.'],
  ['The file is larger than this server accepts.', 'El archivo es más grande de lo que admite este servidor.'],
  ['The form has too many fields.', 'El formulario tiene demasiados campos.'],
  ['The form has too many parts.', 'El formulario tiene demasiadas partes.'],
  ['The form cannot be read.', 'El formulario no se puede leer.'],
  ['The form has no file.', 'El formulario no tiene ningún archivo.'],
  ['The form has no file named image.', 'El formulario no tiene ningún archivo llamado image.'],
  ['The request has no body.', 'La petición no tiene cuerpo.'],
  ['The request could not be read.', 'No se ha podido leer la petición.'],
  ['The request took too long to arrive.', 'La petición ha tardado demasiado en llegar.'],
  ['The headers are larger than this server accepts.', 'Las cabeceras son más grandes de lo que admite este servidor.'],
  ['The header x-call-id holds a UUID.', 'La cabecera x-call-id lleva un UUID.'],
  [
    'It could not be put in place; the log of the sidecar says why.',
    'No se ha podido poner en su sitio; el registro del sidecar dice por qué.',
  ],
  ['This is not an HTTP request.', 'Esto no es una petición HTTP.'],
  ['A header has 2 to {most} bytes, not {bytes}.', 'Una cabecera tiene de 2 a {most} bytes, no {bytes}.'],
  ['A body has at most {most} bytes, not {bytes}.', 'Un cuerpo tiene {most} bytes como máximo, no {bytes}.'],
  ['A header is a JSON object.', 'Una cabecera es un objeto JSON.'],
  [
    'A header has an id, a method, a path, and headers as texts.',
    'Una cabecera tiene un id, un método, una ruta y cabeceras que son textos.',
  ],
  ['A request with the id {id} is under way.', 'Hay una petición en curso con el id {id}.'],
  ['The last frame broke off.', 'La última trama se ha cortado.'],
  ['This is not a JSON object.', 'Esto no es un objeto JSON.'],
  ['This is not a JSON object, or not all of one.', 'Esto no es un objeto JSON, o no está entero.'],
  ['This is not a run.', 'Esto no es una ejecución.'],
  ['The JSON is not UTF-8.', 'El JSON no está en UTF-8.'],
  ['A text begins with U+0000.', 'Un texto empieza por U+0000.'],
  ['Send one file.', 'Envía un solo archivo.'],
  ['Send the body uncompressed.', 'Envía el cuerpo sin comprimir.'],
  [
    'Send the picture as image/*, application/octet-stream, multipart/form-data, or base64 in application/json.',
    'Envía la imagen como image/*, application/octet-stream o multipart/form-data, o en base64 dentro de application/json.',
  ],
  ['Send multipart/form-data with the picture in `image`.', 'Envía multipart/form-data con la imagen en `image`.'],
  ['Send {"image": "<base64 of the picture file>"}.', 'Envía {"image": "<el archivo de la imagen en base64>"}.'],
  ['Use {first} or {second} here.', 'Aquí usa {first} o {second}.'],
  ['Use {method} here.', 'Aquí usa {method}.'],
  [
    'There is nothing at this address. GET / lists what there is.',
    'En esta dirección no hay nada. GET / enumera lo que hay.',
  ],
  ['The protocol has nothing at this address.', 'El protocolo no tiene nada en esta dirección.'],
  ['There is no such code.', 'No existe ese código.'],
  // Values
  ['min_confidence: must be a number from 0 to 1.', 'min_confidence: tiene que ser un número entre 0 y 1.'],
  [
    'Inference-Header-Content-Length: must be how many bytes of the body are JSON.',
    'Inference-Header-Content-Length: tiene que ser cuántos bytes del cuerpo son JSON.',
  ],
  ['parameters.version: must be a text such as "2".', 'parameters.version: tiene que ser un texto, como "2".'],
  [
    'parameters: only version can be set; change config.json for the rest.',
    'parameters: solo se puede dar version; para lo demás, cambia config.json.',
  ],
  ['{field}: parameters must be an object.', '{field}: parameters tiene que ser un objeto.'],
  [
    '{field}: the parameter {name} belongs to an extension that is not served here.',
    '{field}: el parámetro {name} es de una extensión que aquí no se sirve.',
  ],
  ["{field}: '{name}' is there twice.", '{field}: «{name}» aparece dos veces.'],
  ['{field}: must be true or false.', '{field}: tiene que ser true o false.'],
  ['{field}: must be a text.', '{field}: tiene que ser un texto.'],
  ['{field}: must be an object.', '{field}: tiene que ser un objeto.'],
  ['{field}: must be a list.', '{field}: tiene que ser una lista.'],
  ['{field}: must be a list of tensors.', '{field}: tiene que ser una lista de tensores.'],
  ['{field}: each must be an object.', '{field}: cada uno tiene que ser un objeto.'],
  ['{field}: must be a whole number of microseconds.', '{field}: tiene que ser un número entero de microsegundos.'],
  [
    '{field}: must be a whole number, 1 for the highest.',
    '{field}: tiene que ser un número entero; 1 es lo más urgente.',
  ],
  [
    'labels: {model} does not know {labels}. GET /models lists what it knows.',
    'labels: {model} no conoce {labels}. GET /models enumera lo que conoce.',
  ],
  ["embedding: the model '{model}' gives none.", 'embedding: el modelo «{model}» no da ninguno.'],
  ['A call takes 1 to {max} texts, not {count}.', 'Una llamada admite de 1 a {max} textos, no {count}.'],
  [
    "The model '{model}' takes {*what}, not pictures: use {route}.",
    'El modelo «{model}» toma {*what}, no imágenes: usa {route}.',
  ],
  [
    "The model '{model}' takes no texts: its task is {task}.",
    'El modelo «{model}» no toma textos: su tarea es {task}.',
  ],
  [
    "The model '{model}' finds no objects: its task is {task}.",
    'El modelo «{model}» no encuentra objetos: su tarea es {task}.',
  ],
  // Pictures
  ['The picture is empty.', 'La imagen está vacía.'],
  ['The picture is damaged or incomplete.', 'La imagen está dañada o incompleta.'],
  [
    'This is not a picture we read. Send one of: {types}.',
    'Esto no es una imagen que leamos. Envía una de estas: {types}.',
  ],
  ['The picture is larger than {bytes} bytes.', 'La imagen tiene más de {bytes} bytes.'],
  ['The picture has more than {count} frames.', 'La imagen tiene más de {count} fotogramas.'],
  ['The picture has more than {count} megapixels.', 'La imagen tiene más de {count} megapíxeles.'],
  ['The picture was not ready in time.', 'La imagen no ha estado lista a tiempo.'],
  // Tensors
  ["The input '{name}' is missing.", 'Falta la entrada «{name}».'],
  ["There is no input '{name}'. Inputs: {names}.", 'No hay ninguna entrada «{name}». Entradas: {names}.'],
  ["There is no output '{name}'. Outputs: {names}.", 'No hay ninguna salida «{name}». Salidas: {names}.'],
  ['There is no input without a name. It has: {names}.', 'Una entrada no tiene nombre. Las que hay: {names}.'],
  ['There is no output without a name. It has: {names}.', 'Una salida no tiene nombre. Las que hay: {names}.'],
  ["There is no input '{name}'. It has: {names}.", 'No hay ninguna entrada «{name}». Las que hay: {names}.'],
  ["There is no output '{name}'. It has: {names}.", 'No hay ninguna salida «{name}». Las que hay: {names}.'],
  // The role of a tensor as our source has it, where a test reads that.
  ['There is no {*role} {name}. It has: {names}.', 'No hay {*role} {name}. Las que hay: {names}.'],
  [
    "The input '{name}' must have elements of type {type}, not {given}.",
    'La entrada «{name}» tiene que tener elementos del tipo {type}, no {given}.',
  ],
  [
    "A request takes up to {max} rows of '{name}', not {given}.",
    "Una petición lleva hasta {max} filas de '{name}', no {given}.",
  ],
  [
    "A request takes up to {max} tokens of '{name}', not {given}.",
    "Una petición lleva hasta {max} tokens de '{name}', no {given}.",
  ],
  [
    "The input '{name}' must have the shape [{wanted}], not [{given}].",
    'La entrada «{name}» tiene que tener la forma [{wanted}], no [{given}].',
  ],
  [
    "The input '{name}' of shape [{shape}] takes {count} {*unit}, not {given}.",
    'La entrada «{name}» de forma [{shape}] lleva {count} {*unit}, no {given}.',
  ],
  ["The {*role} '{name}' is there twice.", 'Aparece dos veces: {*role} «{name}».'],
  ["The input '{name}' {!problem}", 'La entrada «{name}» {!problem}'],
  ["The output '{name}' {!problem}", 'La salida «{name}» {!problem}'],
  ["The {!role} '{name}' {!problem}", '{!role} «{name}»: {!problem}'],
  ['{count} bytes follow the last tensor.', 'Detrás del último tensor vienen {count} bytes.'],
  ['has elements of {type}.', 'tiene elementos {type}.'],
  ['must have the shape [{shape}].', 'tiene que tener la forma [{shape}].'],
  [
    'of shape [{shape}] has no elements, and an axis longer than {max}.',
    'de forma [{shape}] no tiene elementos, y sí un eje de más de {max}.',
  ],
  ['must have either data or its size as binary_data_size.', 'tiene que llevar data, o su tamaño en binary_data_size.'],
  [
    'of shape [{shape}] takes a list of {count} elements of {type}, or one as nested as its shape.',
    'de forma [{shape}] lleva una lista de {count} elementos {type}, o una tan anidada como su forma.',
  ],
  ['has an element that is not of {type}.', 'tiene un elemento que no es {type}.'],
  ['has {size} binary bytes; {left} are left.', 'dice tener {size} bytes binarios; quedan {left}.'],
  [
    'takes {count} elements, each after four bytes of its length.',
    'lleva {count} elementos, cada uno detrás de cuatro bytes con su longitud.',
  ],
  ['has an element that is no UTF-8 text without U+0000.', 'tiene un elemento que no es texto UTF-8 sin U+0000.'],
  ['of shape [{shape}] takes {size} bytes, not {given}.', 'de forma [{shape}] lleva {size} bytes, no {given}.'],
  ['of shape [{shape}] cannot have {bytes} bytes.', 'de forma [{shape}] no puede tener {bytes} bytes.'],
  ['has a byte that is neither 0 nor 1.', 'tiene un byte que no es ni 0 ni 1.'],
  ['takes no single UTF-8 text without U+0000.', 'no lleva un solo texto UTF-8 sin U+0000.'],
  [
    'A body without JSON is for models with one input. Say the length of its JSON in the header.',
    'Un cuerpo sin JSON es para modelos con una sola entrada. Di la longitud de su JSON en la cabecera.',
  ],
  [
    "'{name}' holds an element that is infinite or no number, which JSON cannot say. Ask for it in binary: binary_data.",
    '«{name}» contiene un elemento infinito o que no es un número, y JSON no lo puede decir. Pídelo en binario: binary_data.',
  ],
  ['The network cannot run on these tensors.', 'La red no puede trabajar con estos tensores.'],
  // Who is asking
  [
    'This is for callers on this machine: use the address 127.0.0.1, without a proxy.',
    'Esto es para quien llama desde esta máquina: usa la dirección 127.0.0.1, sin proxy.',
  ],
  ['This token is over.', 'Este token ha caducado.'],
  ['This token is not valid here.', 'Este token no vale aquí.'],
  ['Send your API key as `Authorization: Bearer <key>`.', 'Envía tu clave de API como `Authorization: Bearer <key>`.'],
  ['This key or token is not valid, or no longer.', 'Esta clave o este token no es válido, o ya no.'],
  ['This key may not be used from {address}.', 'Esta clave no se puede usar desde {address}.'],
  [
    'This key may not use inference: it lacks the permission inference:use.',
    'Esta clave no puede usar la inferencia: le falta el permiso inference:use.',
  ],
  ['Only the server may start sessions here.', 'Aquí solo el servidor puede iniciar sesiones.'],
  [
    'Only whoever runs this sidecar may add, load and unload models.',
    'Solo quien administra este sidecar puede añadir, cargar y descargar modelos.',
  ],
  [
    'Your key cannot be checked right now. Try again.',
    'Tu clave no se puede comprobar ahora mismo. Inténtalo otra vez.',
  ],
  [
    'Your token cannot be checked right now. Try again.',
    'Tu token no se puede comprobar ahora mismo. Inténtalo otra vez.',
  ],
  [
    'Too many new keys are being checked. Try again in a moment.',
    'Se están comprobando demasiadas claves nuevas. Inténtalo dentro de un momento.',
  ],
  // Sources
  ["There is no pipeline '{name}'. Known: {known}.", 'No existe el proceso «{name}». Se conocen: {known}.'],
  [
    'This file is outside of the folders that may be watched (SOURCE_DIRS).',
    'Este archivo está fuera de las carpetas que se pueden vigilar (SOURCE_DIRS).',
  ],
  [
    'Pictures are only fetched from the server and its file storage.',
    'Las imágenes solo se traen del servidor y de su almacén de archivos.',
  ],
  ['A source must be made of ordinary files.', 'Una fuente tiene que estar hecha de archivos corrientes.'],
  ['{file} cannot be read as a video.', '{file} no se puede leer como vídeo.'],
  ['{file} cannot be read: {*why}.', '{file} no se puede leer: {*why}.'],
  ['the file storage answered {status}', 'el almacén de archivos ha contestado {status}'],
  ['it is larger than {size} MB', 'tiene más de {size} MB'],
  [
    "Videos need ffmpeg, which is not on this machine's PATH. Install it with: {command}",
    'Los vídeos necesitan ffmpeg, que no está en el PATH de esta máquina. Instálalo con: {command}',
  ],
  // Limits
  [
    'Your plan includes {count} predictions until {time}, and {left} are left.',
    'Tu plan incluye {count} predicciones hasta {time} y quedan {left}.',
  ],
  [
    'Your quota cannot be checked right now. Try again.',
    'Tu cuota no se puede comprobar en este momento. Inténtalo otra vez.',
  ],
  ['{*whose} may send {count} requests a minute.', '{*whose} puede enviar {count} peticiones por minuto.'],
  [
    'Too many requests are waiting. Try again in a moment.',
    'Esperan demasiadas peticiones. Inténtalo dentro de un momento.',
  ],
  [
    'Too many requests are waiting where the model runs. Try again in a moment.',
    'Esperan demasiadas peticiones donde trabaja el modelo. Inténtalo dentro de un momento.',
  ],
  [
    'Too many pictures are being sent. Try again in a moment.',
    'Se están enviando demasiadas imágenes. Inténtalo dentro de un momento.',
  ],
  ['Too many sessions run here already.', 'Aquí ya hay demasiadas sesiones en marcha.'],
  ['Too many changes of {model} wait already.', 'Ya esperan demasiados cambios de {model}.'],
  ['The answer was not there in time.', 'La respuesta no ha llegado a tiempo.'],
  ['The caller hung up.', 'Quien llamaba ha colgado.'],
  ['There was no answer in time.', 'No ha habido respuesta a tiempo.'],
  [
    'Calls cannot be counted here right now, so none are answered. Try again later.',
    'Ahora mismo no se pueden contar las llamadas, así que no se contesta ninguna. Inténtalo más tarde.',
  ],
  ...modelPhrasesEs,
  // Ours
  ['Something went wrong on our side.', 'Algo ha fallado por nuestra parte.'],
  // What the library says that checks values
  ['Invalid input: expected {*type}, received {*given}', 'se esperaba {*type}, no {*given}'],
  ['Invalid option: expected one of {options}', 'tiene que ser una de estas opciones: {options}'],
  ['Invalid option: expected {option}', 'tiene que ser {option}'],
  ['Invalid string: must match pattern {pattern}', 'tiene que seguir el patrón {pattern}'],
  ['Invalid URL', 'no es una URL válida'],
  ['Invalid input', 'no es válido'],
  ['Unrecognized key: {name}', 'no se conoce {name}'],
  ['Unrecognized keys: {names}', 'no se conocen {names}'],
  ['Too small: expected string to have >={min} characters', 'tiene que tener al menos {min} caracteres'],
  ['Too big: expected string to have <={max} characters', 'tiene que tener {max} caracteres como máximo'],
  ['Too small: expected array to have >={min} items', 'tiene que tener al menos {min} elementos'],
  ['Too big: expected array to have <={max} items', 'tiene que tener {max} elementos como máximo'],
  ['Too small: expected number to be >={min}', 'tiene que ser al menos {min}'],
  ['Too small: expected number to be >{min}', 'tiene que ser mayor que {min}'],
  ['Too big: expected number to be <={max}', 'tiene que ser {max} como máximo'],
  ['Too big: expected number to be <{max}', 'tiene que ser menor que {max}'],
  ['Too small: expected int to be >={min}', 'tiene que ser al menos {min}'],
  ['Too big: expected int to be <={max}', 'tiene que ser {max} como máximo'],
  ['The server confirmed another batch than {seq}.', 'El servidor ha confirmado otro lote que el {seq}.'],
  ['{!problem}; {!others}', '{!problem}; {!others}'],
  ['{path}: {!problem}', '{path}: {!problem}'],
  // The last: it fits whatever says more about a version, too.
  ['version {version}: {*reason}', 'versión {version}: {*reason}'],
];
