/** What is said of plans and subscriptions, and the same in Spanish; as in `phrases.es.ts`, which takes these in. */
export const billingPhrasesEs: readonly (readonly [english: string, spanish: string])[] = [
  [
    'A bill of this organization is not paid, and its time of grace is over.',
    'Una factura de esta organización no está pagada, y su plazo de gracia ha terminado.',
  ],
  ['A subscription that is {state} has no step {type}.', 'Una suscripción en estado {state} no tiene el paso {type}.'],
  ['The organization {organization} has no {subject} {id}.', 'La organización {organization} no tiene {subject} {id}.'],
  ['Nothing was agreed about that.', 'No se había acordado nada sobre eso.'],
  ['The end is not after the begin.', 'El final no es posterior al principio.'],
  ['Ask for at most {days} days at once.', 'Pide {days} días como máximo de una vez.'],
  ['It is too early for {type}.', 'Es demasiado pronto para {type}.'],
  ['The subscription has ended. Subscribe again.', 'La suscripción ha terminado. Suscríbete otra vez.'],
  [
    'A bill is open. Pay it first, then change the plan.',
    'Hay una factura pendiente. Págala primero y cambia después el plan.',
  ],
  [
    'This subscription is paid in {currency}, that plan in {other}.',
    'Esta suscripción se paga en {currency}, ese plan en {other}.',
  ],
  [
    'Between months and years a plan changes at the end of the period.',
    'Entre meses y años, el plan cambia al final del período.',
  ],
  [
    'This organization has no subscription. Subscribe first.',
    'Esta organización no tiene suscripción. Suscríbete primero.',
  ],
  ['There is a subscription. Change its plan instead.', 'Ya hay una suscripción. Cambia su plan.'],
  [
    'A trial is for the first subscription, where the plan has one.',
    'La prueba es para la primera suscripción, si el plan la ofrece.',
  ],
  [
    'free is what there is without a subscription. Cancel the one there is.',
    'free es lo que hay sin suscripción. Cancela la que hay.',
  ],
  ['Nothing is to be paid of this bill.', 'De esta factura no queda nada por pagar.'],
  ['The payment provider refused this payment.', 'El proveedor de pagos ha rechazado este pago.'],
  ['The card was refused.', 'La tarjeta ha sido rechazada.'],
  [
    'This event is not signed by the payment provider, or was signed too long ago.',
    'Este evento no está firmado por el proveedor de pagos, o se firmó hace demasiado tiempo.',
  ],
  ['Give a path of the product, such as /billing.', 'Indica una ruta del producto, como /billing.'],
  ['That plan allows {count} {*what}, and you have {used}.', 'Ese plan permite {count} {*what}, y tienes {used}.'],
];

export const billingWordsEs: Readonly<Record<string, string>> = {
  'The payment provider': 'El proveedor de pagos',
  seats: 'puestos',
  'bytes stored': 'bytes guardados',
  'days of retention': 'días de conservación',
  'members and invitations': 'miembros e invitaciones',
  'live connections at the same time': 'conexiones abiertas a la vez',
};
