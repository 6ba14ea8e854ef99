/** What the library says that reads documents and variables, and the same in Spanish; otherwise as in `phrases.es.ts`. */
export const libraryPhrasesEs: readonly (readonly [english: string, spanish: string])[] = [
  ['{*problem} Did you mean {names}?', '{*problem} ¿Querías decir {names}?'],
  // Reading a document
  ['Syntax Error: {*problem}', 'Error de sintaxis: {*problem}'],
  ['Expected {what}, found {found}.', 'Se esperaba {what} y hay {found}.'],
  ['Unexpected {what}.', 'Sobra {what}.'],
  ['Unterminated string.', 'Falta el final de un texto.'],
  ['Invalid character: {sign}.', 'Signo no válido: {sign}.'],
  ['Invalid character within String: {sign}.', 'Signo no válido dentro de un texto: {sign}.'],
  ['Invalid character escape sequence: {sign}.', 'Secuencia de escape no válida: {sign}.'],
  ['Invalid Unicode escape sequence: {sign}.', 'Secuencia de escape Unicode no válida: {sign}.'],
  ['Invalid number, {*problem}', 'Número no válido: {*problem}'],
  ['expected digit but got: {sign}.', 'se esperaba una cifra y hay {sign}.'],
  ['unexpected digit after 0: {sign}.', 'sobra una cifra después de 0: {sign}.'],
  // Reading a request of REST
  ['Request body is too large', 'El cuerpo de la petición es demasiado grande.'],
  ['Request body size did not match Content-Length', 'El cuerpo de la petición no mide lo que dice Content-Length.'],
  ['Unsupported Media Type: {type}', 'No se admiten cuerpos de tipo {type}.'],
  ['Unsupported Media Type', 'No se admiten cuerpos de este tipo.'],
  [
    "Body cannot be empty when content-type is set to 'application/json'",
    'Con content-type: application/json el cuerpo no puede estar vacío.',
  ],
  [
    "Body is not valid JSON but content-type is set to 'application/json'",
    'El cuerpo no es JSON, aunque content-type dice que es application/json.',
  ],
  ["'{path}' is not a valid url component", '«{path}» no es parte de una dirección.'],
  // Comparing it with the schema
  ['Cannot query field "{field}" on type "{type}".', 'El tipo «{type}» no tiene el campo «{field}».'],
  [
    'Field "{field}" of type "{type}" must have a selection of subfields.',
    'El campo «{field}», de tipo «{type}», necesita que elijas campos suyos.',
  ],
  [
    'Field "{field}" must not have a selection since type "{type}" has no subfields.',
    'Del campo «{field}» no se puede elegir nada: el tipo «{type}» no tiene campos.',
  ],
  ['Unknown argument "{name}" on field "{field}".', 'El campo «{field}» no tiene el argumento «{name}».'],
  ['Unknown argument "{name}" on directive "{field}".', 'La directiva «{field}» no tiene el argumento «{name}».'],
  ['Unknown type "{name}".', 'No existe el tipo «{name}».'],
  ['Unknown fragment "{name}".', 'No existe el fragmento «{name}».'],
  ['Unknown directive "{name}".', 'No existe la directiva «{name}».'],
  ['Directive "{name}" may not be used on {place}.', 'La directiva «{name}» no se puede usar en {place}.'],
  [
    'The directive "{name}" can only be used once at this location.',
    'La directiva «{name}» solo se puede usar una vez aquí.',
  ],
  [
    'Field "{field}" argument "{name}" of type "{type}" is required, but it was not provided.',
    'Al campo «{field}» le falta el argumento «{name}», de tipo «{type}».',
  ],
  ['Argument "{name}" of required type "{type}" was not provided.', 'Falta el argumento «{name}», de tipo «{type}».'],
  ['Argument "{name}" has invalid value {value}.', 'El argumento «{name}» tiene un valor que no es válido: {value}.'],
  [
    'Argument "{name}" of non-null type "{type}" must not be null.',
    'El argumento «{name}», de tipo «{type}», no puede ser null.',
  ],
  [
    'Directive "{directive}" argument "{name}" of type "{type}" is required, but it was not provided.',
    'A la directiva «{directive}» le falta el argumento «{name}», de tipo «{type}».',
  ],
  [
    'Fields "{field}" conflict because {why}. Use different aliases on the fields to fetch both if this was intentional.',
    'Los campos «{field}» chocan: {why}. Dales alias distintos si quieres los dos.',
  ],
  ['Fragment "{name}" is never used.', 'El fragmento «{name}» no se usa.'],
  ['Cannot spread fragment "{name}" within itself{via}.', 'El fragmento «{name}» se contiene a sí mismo{via}.'],
  ['Cannot spread fragment "{name}" within itself.', 'El fragmento «{name}» se contiene a sí mismo.'],
  [
    'Fragment "{name}" cannot be spread here as objects of type "{parent}" can never be of type "{type}".',
    'El fragmento «{name}» no cabe aquí: nada de tipo «{parent}» puede ser de tipo «{type}».',
  ],
  [
    'Fragment cannot be spread here as objects of type "{parent}" can never be of type "{type}".',
    'El fragmento no cabe aquí: nada de tipo «{parent}» puede ser de tipo «{type}».',
  ],
  [
    'Fragment "{name}" cannot condition on non composite type "{type}".',
    'El fragmento «{name}» no puede ser sobre «{type}», que no tiene campos.',
  ],
  [
    'Fragment cannot condition on non composite type "{type}".',
    'Un fragmento no puede ser sobre «{type}», que no tiene campos.',
  ],
  ['There can be only one {*what} named "{name}".', 'Solo puede haber {*what} con el nombre «{name}».'],
  ['This anonymous operation must be the only defined operation.', 'Una operación sin nombre tiene que ser la única.'],
  [
    'Subscription "{name}" must select only one top level field.',
    'La suscripción «{name}» tiene que elegir un solo campo.',
  ],
  ['Anonymous Subscription must select only one top level field.', 'Una suscripción tiene que elegir un solo campo.'],
  ['The {type} definition is not executable.', 'La definición de {type} no se puede ejecutar.'],
  // Variables and values
  [
    'Variable "{name}" is not defined by operation "{operation}".',
    'La operación «{operation}» no declara la variable «{name}».',
  ],
  ['Variable "{name}" is not defined.', 'La variable «{name}» no está declarada.'],
  [
    'Variable "{name}" is never used in operation "{operation}".',
    'La operación «{operation}» no usa la variable «{name}».',
  ],
  ['Variable "{name}" is never used.', 'La variable «{name}» no se usa.'],
  [
    'Variable "{name}" of type "{type}" used in position expecting type "{expected}".',
    'La variable «{name}», de tipo «{type}», está donde se espera «{expected}».',
  ],
  ['Variable "{name}" of required type "{type}" was not provided.', 'Falta la variable «{name}», de tipo «{type}».'],
  [
    'Variable "{name}" of non-null type "{type}" must not be null.',
    'La variable «{name}», de tipo «{type}», no puede ser null.',
  ],
  [
    'Variable "{name}" cannot be non-input type "{type}".',
    'La variable «{name}» no puede ser de tipo «{type}», que no es de entrada.',
  ],
  [
    'Variable "{name}" expected value of type "{type}" which cannot be used as an input type.',
    'La variable «{name}» no puede ser de tipo «{type}», que no es de entrada.',
  ],
  [
    'Variable "{name}" got invalid value {value} at "{path}"; {*problem}',
    'La variable «{name}» tiene en «{path}» el valor {value}, que no es válido: {*problem}',
  ],
  [
    'Variable "{name}" got invalid value {value}; {*problem}',
    'La variable «{name}» tiene el valor {value}, que no es válido: {*problem}',
  ],
  ['Expected value of type "{type}", found {value}; {*problem}', 'Se esperaba «{type}» y hay {value}: {*problem}'],
  ['Expected value of type "{type}", found {value}.', 'Se esperaba «{type}» y hay {value}.'],
  ['Expected type "{type}" to be an object.', 'Se esperaba un objeto de tipo «{type}».'],
  ['Expected type "{type}". {*problem}', 'Se esperaba «{type}». {*problem}'],
  ['Expected non-nullable type "{type}" not to be null.', 'Se esperaba «{type}», no null.'],
  ['Field "{field}" of required type "{type}" was not provided.', 'Falta el campo «{field}», de tipo «{type}».'],
  ['Field "{field}" is not defined by type "{type}".', 'El tipo «{type}» no tiene el campo «{field}».'],
  ['Value "{value}" does not exist in "{type}" enum.', 'El valor «{value}» no está en la lista «{type}».'],
  ['Enum "{type}" cannot represent {kind} value: {value}.', 'La lista «{type}» no puede tomar el valor {value}.'],
  ['{type} cannot represent {kind} value: {value}', '{type} no puede tomar el valor {value}'],
  ['{type} cannot represent value: {value}', '{type} no puede tomar el valor {value}'],
  ['{type} must be {what}.', '{type} tiene que ser {what}.'],
];
