declare module '*.module.css' {
  const names: Readonly<Record<string, string>>;
  export default names;
}
declare module '*.css';

/** Its address, once it is built. */
declare module '*.svg' {
  const address: string;
  export default address;
}
