/** An access token is good for this long. */
export const accessTokenSeconds = 3_600;

/** A refresh token is good for this long, and a sign-in for as long as its current one. */
export const refreshTokenDays = 30;

/** The token before the current one still gets the current one for this long, whoever has used that meanwhile. */
export const refreshGraceMs = 10_000;
