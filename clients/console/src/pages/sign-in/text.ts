import { defineText } from '../../app/text.ts';

export const text = defineText({
  en: {
    signIn: 'Sign in',
    signUp: 'Sign up',
    email: 'Email',
    password: 'Password',
    passwordHint: 'At least 10 characters',
    name: 'Your name',
    organization: 'Organization',
    organizationHint: 'Who you work for, or what you work on. It can be renamed.',
    newHere: 'New here?',
    haveAccount: 'Have an account already?',
    demo: 'Look at the demo',
  },
  es: {
    signIn: 'Iniciar sesión',
    signUp: 'Crear cuenta',
    email: 'Correo electrónico',
    password: 'Contraseña',
    passwordHint: 'Al menos 10 caracteres',
    name: 'Tu nombre',
    organization: 'Organización',
    organizationHint: 'Para quién trabajas, o en qué. Se puede cambiar.',
    newHere: '¿Primera vez aquí?',
    haveAccount: '¿Ya tienes una cuenta?',
    demo: 'Ver la demostración',
  },
});
