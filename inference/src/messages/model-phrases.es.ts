/** What the sidecar says of models, where they run and their files: a part of `phrasesEs`, at its place there. */
export const modelPhrasesEs: readonly (readonly [english: string, spanish: string])[] = [
  // The model
  ["The model '{model}' is being loaded.", 'El modelo «{model}» se está cargando.'],
  ["The model '{model}' is not ready: {*reason}.", 'El modelo «{model}» no está listo: {*reason}.'],
  [
    'All {count} models that may be loaded at once are in use. Try again later.',
    'Los {count} modelos que se pueden cargar a la vez están en uso. Inténtalo más tarde.',
  ],
  [
    'There is no such model: names are like nanodet-g or yunet.',
    'No existe ese modelo: los nombres son como nanodet-g o yunet.',
  ],
  [
    "The model '{model}' is not installed. To add it: {command}",
    'El modelo «{model}» no está instalado. Para añadirlo: {command}',
  ],
  [
    "The model '{model}' does not serve version {version}. It serves: {versions}.",
    'El modelo «{model}» no sirve la versión {version}. Sirve: {versions}.',
  ],
  [
    "The model '{model}' has no version {version}. Installed: {versions}.",
    'El modelo «{model}» no tiene la versión {version}. Instaladas: {versions}.',
  ],
  ['There is {*what} here.', 'Aquí no existe {*what}.'],
  ["no version {version} of '{model}'", 'la versión {version} de «{model}»'],
  ["no model '{model}'", 'el modelo «{model}»'],
  ['The model is being put away.', 'El modelo se está retirando.'],
  ['The model is no longer wanted.', 'Ya nadie quiere el modelo.'],
  ['The sidecar is shutting down.', 'El sidecar se está cerrando.'],
  [
    '{model} was refused. {*problems} Version {versions} goes on answering.',
    'Se ha rechazado {model}. {*problems} La versión {versions} sigue contestando.',
  ],
  ['{model} was refused. {*problems}', 'Se ha rechazado {model}. {*problems}'],
  ['Version {versions} goes on answering.', 'La versión {versions} sigue contestando.'],
  ['version {version} was refused: {*reason}', 'la versión {version} se ha rechazado: {*reason}'],
  ['it could not be prepared ({code})', 'no se ha podido preparar ({code})'],
  ['No engine starts: {*reason}', 'No arranca ningún motor: {*reason}'],
  ['The model cannot be loaded: {*reason}', 'El modelo no se puede cargar: {*reason}'],
  ['The model could not be started.', 'El modelo no se ha podido arrancar.'],
  ['The file {file} is missing.', 'Falta el archivo {file}.'],
  ['The engine was lost. Try again.', 'Se ha perdido el motor. Inténtalo otra vez.'],
  ['The model could not run.', 'El modelo no ha podido trabajar.'],
  ['This model takes no pictures.', 'Este modelo no toma imágenes.'],
  ['This model finds no objects.', 'Este modelo no encuentra objetos.'],
  ["The network has no output '{name}'. It has: {names}.", 'La red no tiene ninguna salida «{name}». Tiene: {names}.'],
  ["The network has no output '{name}'.", 'La red no tiene ninguna salida «{name}».'],
  [
    'The self-test picture shows a {label}; the model sees {*seen}.',
    'La imagen de la prueba muestra: {label}; el modelo ve: {*seen}.',
  ],
  [
    "The output '{name}' of the self-test holds what is no number.",
    'La salida «{name}» de la prueba contiene lo que no es un número.',
  ],
  [
    "The input '{name}' takes {type}; token numbers are int64 or int32.",
    'La entrada «{name}» toma {type}; los números de tokens son int64 o int32.',
  ],
  ['The task of the model is {task}, not text-embedding.', 'La tarea del modelo es {task}, no text-embedding.'],
  ['{file} is no vocabulary: {why}', '{file} no es un vocabulario: {why}'],
  // Where the model runs elsewhere
  ['The server that the model runs on is away.', 'El servidor en el que trabaja el modelo no está.'],
  ['The server that the model runs on does not answer.', 'El servidor en el que trabaja el modelo no contesta.'],
  [
    'The server that the model runs on answered what cannot be used.',
    'El servidor en el que trabaja el modelo ha contestado algo que no se puede usar.',
  ],
  [
    'The answer of the server that the model runs on broke off.',
    'La respuesta del servidor en el que trabaja el modelo se ha cortado.',
  ],
  [
    'The server that the model runs on refuses this: {why}',
    'El servidor en el que trabaja el modelo rechaza esto: {why}',
  ],
  ['The server that the model should run on {*what}.', 'El servidor en el que debería trabajar el modelo {*what}.'],
  [
    "has a tensor '{name}' of {type}, which cannot be used here",
    'tiene un tensor «{name}» de {type}, que aquí no se puede usar',
  ],
  ['refuses us with {status}', 'nos rechaza con {status}'],
  ['it answers {status}', 'contesta {status}'],
  ['The model could not run where it runs.', 'El modelo no ha podido trabajar donde está.'],
  ['engine.tokenVariable: {variable} is not set.', 'engine.tokenVariable: falta {variable}.'],
  // The files of a model
  ['{model}/config.json: {*problem}', '{model}/config.json: {*problem}'],
  ["'{file}' must be a file beside it", '«{file}» tiene que ser un archivo a su lado'],
  ['digests: names no version {version}', 'digests: no nombra la versión {version}'],
  ['serve: digests names no version {version}', 'serve: digests no nombra la versión {version}'],
  ['version {version} has no model.onnx', 'la versión {version} no tiene model.onnx'],
  [
    'version {version} is damaged: its digest is {digest}, not {expected}',
    'la versión {version} está dañada: su resumen es {digest}, no {expected}',
  ],
  [
    'The model {model} could not be fetched ({what}): {why}. It is needed once. {*advice}',
    'No se ha podido traer el modelo {model} ({what}): {why}. Hace falta una vez. {*advice}',
  ],
  [
    'Connect this machine to the registry (npm config set registry <url> names a mirror), or copy {model}/ into {folder} from a machine that has it, or set MODEL=blobs to go on with a made-up detector that needs no download.',
    'Conecta esta máquina al registro (npm config set registry <url> nombra un espejo), o copia {model}/ en {folder} desde una máquina que lo tenga, o pon MODEL=blobs para seguir con un detector inventado que no hay que descargar.',
  ],
  [
    'Connect this machine to the registry (npm config set registry <url> names a mirror), {how}, or set MODEL=blobs to go on with a made-up detector that needs no download.',
    'Conecta esta máquina al registro (npm config set registry <url> nombra un espejo), {how}, o pon MODEL=blobs para seguir con un detector inventado que no hay que descargar.',
  ],
  [
    'or copy {model}/ into {folder} from a machine that has it',
    'o copia {model}/ en {folder} desde una máquina que lo tenga',
  ],
  [
    'Check the address and the connection, or download the file elsewhere and give its path instead.',
    'Comprueba la dirección y la conexión, o descarga el archivo en otro sitio y da su ruta.',
  ],
  [
    'It needs nothing but this program, so this should not happen.',
    'No necesita nada más que este programa, así que esto no debería pasar.',
  ],
  [
    "There is no model '{model}' in {folder}. Known by name: {known}. Any other needs {model2}/config.json and {model3}/1/model.onnx there.",
    'No hay ningún modelo «{model}» en {folder}. Conocidos por su nombre: {known}. Cualquier otro necesita allí {model2}/config.json y {model3}/1/model.onnx.',
  ],
  [
    '{model} became {digest}, not {expected}: it would not be the model that was tested.',
    '{model} ha dado {digest}, no {expected}: no sería el modelo que se probó.',
  ],
];
