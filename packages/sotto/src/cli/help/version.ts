/** The version of the program. That it is the one of package.json is tested; reading the file would cost each start. */
export const version = '0.1.0'
