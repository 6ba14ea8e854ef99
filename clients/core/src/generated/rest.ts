// What the inference sidecar takes and answers, written by `npm run generate` from openapi.json.
export interface paths {
    readonly "/analyze/frame": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Find objects in a frame, and draw them in
         * @description As `/predict` with a detection model. With `overlay=true` the answer carries the picture with boxes and labels drawn in; with `accept: image/jpeg` or `image/png` that picture is the answer.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: {
                    /** @description Only these labels, separated by commas. */
                    readonly labels?: string;
                    /** @description Report at most this many, surest first. Default: 100 objects, 5 classes. */
                    readonly max?: number;
                    /** @description A detection model. Default: the default model. */
                    readonly model?: string;
                    /** @description `true`: the picture with boxes and labels comes along as base64. */
                    readonly overlay?: "true" | "false";
                    /** @description `batch`: after everything that somebody waits for. */
                    readonly priority?: "interactive" | "batch";
                    /** @description Least confidence of what is reported. Default: the model's own threshold, 0 for classes. */
                    readonly threshold?: number;
                    /** @description Milliseconds after which the answer is of no more use; the work is given up then. */
                    readonly timeoutMs?: number;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["PictureInJsonInput"];
                    readonly "application/octet-stream": unknown;
                    readonly "image/avif": unknown;
                    readonly "image/gif": unknown;
                    readonly "image/jpeg": unknown;
                    readonly "image/png": unknown;
                    readonly "image/tiff": unknown;
                    readonly "image/webp": unknown;
                    readonly "multipart/form-data": {
                        readonly file: string;
                    };
                };
            };
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        /** @description `hit` or `miss`. */
                        readonly "x-cache"?: "hit" | "miss";
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["FrameAnalysis"];
                        readonly "image/jpeg": string;
                        readonly "image/png": string;
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/embed": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Turn texts into vectors
         * @description What means the same has vectors that point the same way: compare them by their cosine. Texts that were sent before are answered from memory; `cached` when all of them were.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: {
                    /** @description `batch`: after everything that somebody waits for. */
                    readonly priority?: "interactive" | "batch";
                    /** @description Milliseconds after which the answer is of no more use; the work is given up then. */
                    readonly timeoutMs?: number;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["TextsInput"];
                };
            };
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["TextEmbeddings"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/health/live": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Is the process alive */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            /** @enum {string} */
                            readonly status: "live";
                        };
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/health/ready": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /** Can it look at pictures */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Readiness"];
                    };
                };
                /** @description Default Response */
                readonly 503: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Readiness"];
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/models": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The models that are ready
         * @description Every version that answers now. Others that are installed are loaded when they are asked for.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly models: readonly components["schemas"]["Model"][];
                        };
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/models/{model}/install": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Add a model of the catalogue
         * @description Fetches it in the background; `GET /models/catalogue` says how far that is. For whoever runs the sidecar. One that is here already is fetched anew.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    readonly model: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly 202: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["ListedModel"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/models/{model}/load": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Load a model
         * @description Reads its folder again and answers with it from then on. `version`: this one alone. For whoever runs the sidecar.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    readonly model: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": {
                        readonly version?: string;
                    } | null;
                };
            };
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["ListedModel"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/models/{model}/unload": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Unload a model
         * @description Lets what is under way finish and frees its memory. It stays away until it is loaded again. For whoever runs the sidecar.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    readonly model: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["ListedModel"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/models/catalogue": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        /**
         * The models that are here, and those that can be
         * @description Every model whose files are here, in any state, and every model of the catalogue. `mayManage`: whether the caller may add, load and unload them.
         */
        readonly get: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody?: never;
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": {
                            readonly mayManage: boolean;
                            readonly models: readonly components["schemas"]["ListedModel"][];
                        };
                    };
                };
            };
        };
        readonly put?: never;
        readonly post?: never;
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/predict": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Ask the default model what is in a picture
         * @description Send a picture as raw bytes, as a form file or as base64 in JSON. EXIF orientation is applied first. The answer is that of the model's `task`: objects, classes or a vector. The same picture again is answered from memory: `cached`, and `hit` in the header `x-cache`.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: {
                    /** @description Of a classifier: the vector that the classes were told from, too. */
                    readonly embedding?: "true" | "false";
                    /** @description Only these labels, separated by commas. */
                    readonly labels?: string;
                    /** @description Report at most this many, surest first. Default: 100 objects, 5 classes. */
                    readonly max?: number;
                    /** @description `batch`: after everything that somebody waits for. */
                    readonly priority?: "interactive" | "batch";
                    /** @description Least confidence of what is reported. Default: the model's own threshold, 0 for classes. */
                    readonly threshold?: number;
                    /** @description Milliseconds after which the answer is of no more use; the work is given up then. */
                    readonly timeoutMs?: number;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["PictureInJsonInput"];
                    readonly "application/octet-stream": unknown;
                    readonly "image/avif": unknown;
                    readonly "image/gif": unknown;
                    readonly "image/jpeg": unknown;
                    readonly "image/png": unknown;
                    readonly "image/tiff": unknown;
                    readonly "image/webp": unknown;
                    readonly "multipart/form-data": {
                        readonly file: string;
                    };
                };
            };
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Prediction"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/predict/{model}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Ask a model what is in a picture
         * @description Send a picture as raw bytes, as a form file or as base64 in JSON. EXIF orientation is applied first. The answer is that of the model's `task`: objects, classes or a vector. The same picture again is answered from memory: `cached`, and `hit` in the header `x-cache`.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: {
                    /** @description Of a classifier: the vector that the classes were told from, too. */
                    readonly embedding?: "true" | "false";
                    /** @description Only these labels, separated by commas. */
                    readonly labels?: string;
                    /** @description Report at most this many, surest first. Default: 100 objects, 5 classes. */
                    readonly max?: number;
                    /** @description `batch`: after everything that somebody waits for. */
                    readonly priority?: "interactive" | "batch";
                    /** @description Least confidence of what is reported. Default: the model's own threshold, 0 for classes. */
                    readonly threshold?: number;
                    /** @description Milliseconds after which the answer is of no more use; the work is given up then. */
                    readonly timeoutMs?: number;
                };
                readonly header?: never;
                readonly path: {
                    readonly model: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["PictureInJsonInput"];
                    readonly "application/octet-stream": unknown;
                    readonly "image/avif": unknown;
                    readonly "image/gif": unknown;
                    readonly "image/jpeg": unknown;
                    readonly "image/png": unknown;
                    readonly "image/tiff": unknown;
                    readonly "image/webp": unknown;
                    readonly "multipart/form-data": {
                        readonly file: string;
                    };
                };
            };
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Prediction"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/predict/{model}/versions/{version}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Ask one version of a model what is in a picture
         * @description Send a picture as raw bytes, as a form file or as base64 in JSON. EXIF orientation is applied first. The answer is that of the model's `task`: objects, classes or a vector. The same picture again is answered from memory: `cached`, and `hit` in the header `x-cache`.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: {
                    /** @description Of a classifier: the vector that the classes were told from, too. */
                    readonly embedding?: "true" | "false";
                    /** @description Only these labels, separated by commas. */
                    readonly labels?: string;
                    /** @description Report at most this many, surest first. Default: 100 objects, 5 classes. */
                    readonly max?: number;
                    /** @description `batch`: after everything that somebody waits for. */
                    readonly priority?: "interactive" | "batch";
                    /** @description Least confidence of what is reported. Default: the model's own threshold, 0 for classes. */
                    readonly threshold?: number;
                    /** @description Milliseconds after which the answer is of no more use; the work is given up then. */
                    readonly timeoutMs?: number;
                };
                readonly header?: never;
                readonly path: {
                    readonly model: string;
                    readonly version: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["PictureInJsonInput"];
                    readonly "application/octet-stream": unknown;
                    readonly "image/avif": unknown;
                    readonly "image/gif": unknown;
                    readonly "image/jpeg": unknown;
                    readonly "image/png": unknown;
                    readonly "image/tiff": unknown;
                    readonly "image/webp": unknown;
                    readonly "multipart/form-data": {
                        readonly file: string;
                    };
                };
            };
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Prediction"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/redact": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Hide faces, or other objects, in a picture
         * @description The picture comes back upright, with what the model found made unrecognizable, and without its metadata (place, time, camera, previews). JPEG, PNG and WebP stay what they are, everything else becomes JPEG; of an animation the first frame is left, and what was transparent is white. The header `x-redactions` says how much was found. What the model does not find is not hidden.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: {
                    /** @description Only these labels, separated by commas. */
                    readonly labels?: string;
                    /** @description What is hidden around each box as well, as a share of its width and height on each side. */
                    readonly margin?: number;
                    /** @description The detection model that finds what is to be hidden. */
                    readonly model?: string;
                    /** @description `batch`: after everything that somebody waits for. */
                    readonly priority?: "interactive" | "batch";
                    /** @description `blur` and `pixelate` leave a handful of colours, `box` nothing. */
                    readonly style?: "blur" | "pixelate" | "box";
                    /** @description Least confidence of what is hidden. Default: the model's threshold for weaker sightings, as one hidden too many is better than one too few. */
                    readonly threshold?: number;
                    /** @description Milliseconds after which the answer is of no more use; the work is given up then. */
                    readonly timeoutMs?: number;
                };
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "application/json": components["schemas"]["PictureInJsonInput"];
                    readonly "application/octet-stream": unknown;
                    readonly "image/avif": unknown;
                    readonly "image/gif": unknown;
                    readonly "image/jpeg": unknown;
                    readonly "image/png": unknown;
                    readonly "image/tiff": unknown;
                    readonly "image/webp": unknown;
                    readonly "multipart/form-data": {
                        readonly file: string;
                    };
                };
            };
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["Problem"];
                    };
                };
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        /** @description `hit` or `miss`. */
                        readonly "x-cache"?: "hit" | "miss";
                        /** @description How much was found and hidden. */
                        readonly "x-redactions"?: number;
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "image/jpeg": string;
                        readonly "image/png": string;
                        readonly "image/webp": string;
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/vision/custom/{model}": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Find objects in a picture with a model of your own, in DeepStack's words
         * @description The same engine and limits as `/predict`, for programs written for DeepStack. The key goes into the header as everywhere, or into the form field `api_key`.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path: {
                    readonly model: string;
                };
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "multipart/form-data": {
                        /** @description Instead of the header. */
                        readonly api_key?: string;
                        readonly image: string;
                        /** @default 0.4 */
                        readonly min_confidence?: number;
                    };
                };
            };
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["DeepstackRefusal"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["DeepstackRefusal"];
                    };
                };
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["DeepstackAnswer"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
    readonly "/v1/vision/detection": {
        readonly parameters: {
            readonly query?: never;
            readonly header?: never;
            readonly path?: never;
            readonly cookie?: never;
        };
        readonly get?: never;
        readonly put?: never;
        /**
         * Find objects in a picture, in DeepStack's words
         * @description The same engine and limits as `/predict`, for programs written for DeepStack. The key goes into the header as everywhere, or into the form field `api_key`.
         */
        readonly post: {
            readonly parameters: {
                readonly query?: never;
                readonly header?: never;
                readonly path?: never;
                readonly cookie?: never;
            };
            readonly requestBody: {
                readonly content: {
                    readonly "multipart/form-data": {
                        /** @description Instead of the header. */
                        readonly api_key?: string;
                        readonly image: string;
                        /** @default 0.4 */
                        readonly min_confidence?: number;
                    };
                };
            };
            readonly responses: {
                /** @description Default Response */
                readonly "4XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["DeepstackRefusal"];
                    };
                };
                /** @description Default Response */
                readonly "5XX": {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["DeepstackRefusal"];
                    };
                };
                /** @description Default Response */
                readonly 200: {
                    headers: {
                        readonly [name: string]: unknown;
                    };
                    content: {
                        readonly "application/json": components["schemas"]["DeepstackAnswer"];
                    };
                };
            };
        };
        readonly delete?: never;
        readonly options?: never;
        readonly head?: never;
        readonly patch?: never;
        readonly trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A box with its origin top left. */
        readonly Box: {
            readonly height: number;
            readonly width: number;
            readonly x: number;
            readonly y: number;
        };
        /** @description A box with its origin top left. */
        readonly BoxInput: {
            readonly height: number;
            readonly width: number;
            readonly x: number;
            readonly y: number;
        };
        readonly ClassificationPrediction: {
            /** @description It cost no run of the model: the same was asked before, or is, for the same organization. Free. */
            readonly cached: boolean;
            /** @description Most confident first. */
            readonly classes: readonly {
                readonly confidence: number;
                readonly label: string;
            }[];
            /** @description Where it was asked for: the vector that the classes were told from. */
            readonly embedding?: readonly number[];
            /** @description Pixels of the upright picture. */
            readonly image: {
                readonly height: number;
                readonly width: number;
            };
            readonly model: {
                /** @description sha256 of the weights, as `sha256:<hex>`. */
                readonly digest: string;
                readonly name: string;
                readonly version: string;
            };
            readonly requestId: string;
            /** @constant */
            readonly task: "classification";
            /** @description Milliseconds a stage took for this request; those it did not need are 0. */
            readonly timings: {
                /** @description Reading the picture and scaling it to the model. */
                readonly decodeMs: number;
                readonly modelMs: number;
                readonly postprocessMs: number;
                /** @description Filling the tensor. */
                readonly preprocessMs: number;
                /** @description Waiting for a decoder and for an engine, or for an identical request under way. */
                readonly queueMs: number;
                /** @description From the whole body being there to the answer being ready. */
                readonly totalMs: number;
            };
        };
        readonly ClassificationPredictionInput: {
            /** @description It cost no run of the model: the same was asked before, or is, for the same organization. Free. */
            readonly cached: boolean;
            /** @description Most confident first. */
            readonly classes: readonly {
                readonly confidence: number;
                readonly label: string;
            }[];
            /** @description Where it was asked for: the vector that the classes were told from. */
            readonly embedding?: readonly number[];
            /** @description Pixels of the upright picture. */
            readonly image: {
                readonly height: number;
                readonly width: number;
            };
            readonly model: {
                /** @description sha256 of the weights, as `sha256:<hex>`. */
                readonly digest: string;
                readonly name: string;
                readonly version: string;
            };
            readonly requestId: string;
            /** @constant */
            readonly task: "classification";
            /** @description Milliseconds a stage took for this request; those it did not need are 0. */
            readonly timings: {
                /** @description Reading the picture and scaling it to the model. */
                readonly decodeMs: number;
                readonly modelMs: number;
                readonly postprocessMs: number;
                /** @description Filling the tensor. */
                readonly preprocessMs: number;
                /** @description Waiting for a decoder and for an engine, or for an identical request under way. */
                readonly queueMs: number;
                /** @description From the whole body being there to the answer being ready. */
                readonly totalMs: number;
            };
        };
        readonly DeepstackAnswer: {
            /** @description Seconds from the whole picture being there to the answer being ready. */
            readonly duration: number;
            /** @description Most confident first, in pixels of the upright picture. */
            readonly predictions: readonly {
                readonly confidence: number;
                readonly label: string;
                readonly x_max: number;
                readonly x_min: number;
                readonly y_max: number;
                readonly y_min: number;
            }[];
            /** @constant */
            readonly success: true;
        };
        readonly DeepstackAnswerInput: {
            /** @description Seconds from the whole picture being there to the answer being ready. */
            readonly duration: number;
            /** @description Most confident first, in pixels of the upright picture. */
            readonly predictions: readonly {
                readonly confidence: number;
                readonly label: string;
                readonly x_max: number;
                readonly x_min: number;
                readonly y_max: number;
                readonly y_min: number;
            }[];
            /** @constant */
            readonly success: true;
        };
        readonly DeepstackRefusal: {
            /** @description The same code that the other routes give. */
            readonly code: string;
            readonly details?: {
                readonly [key: string]: unknown;
            };
            /** @description Where the code is explained. */
            readonly docs: string;
            /** @constant */
            readonly duration: 0;
            readonly error: string;
            /** @description What to do about it. */
            readonly hint: string;
            readonly requestId: string;
            /** @description Whether the very same request can succeed later. */
            readonly retryable: boolean;
            readonly retryAfterMs?: number;
            /** @constant */
            readonly success: false;
        };
        readonly DeepstackRefusalInput: {
            /** @description The same code that the other routes give. */
            readonly code: string;
            readonly details?: {
                readonly [key: string]: unknown;
            };
            /** @description Where the code is explained. */
            readonly docs: string;
            /** @constant */
            readonly duration: 0;
            readonly error: string;
            /** @description What to do about it. */
            readonly hint: string;
            readonly requestId: string;
            /** @description Whether the very same request can succeed later. */
            readonly retryable: boolean;
            readonly retryAfterMs?: number;
            /** @constant */
            readonly success: false;
        };
        readonly Detection: {
            /** @description Pixels of the upright picture (EXIF orientation applied). */
            readonly box: components["schemas"]["Box"];
            readonly confidence: number;
            readonly label: string;
            /** @description The same box as fractions of the picture, 0 to 1. */
            readonly normalizedBox: components["schemas"]["Box"];
        };
        readonly DetectionInput: {
            /** @description Pixels of the upright picture (EXIF orientation applied). */
            readonly box: components["schemas"]["BoxInput"];
            readonly confidence: number;
            readonly label: string;
            /** @description The same box as fractions of the picture, 0 to 1. */
            readonly normalizedBox: components["schemas"]["BoxInput"];
        };
        readonly DetectionPrediction: {
            /** @description It cost no run of the model: the same was asked before, or is, for the same organization. Free. */
            readonly cached: boolean;
            /** @description Most confident first. */
            readonly detections: readonly components["schemas"]["Detection"][];
            /** @description Pixels of the upright picture. */
            readonly image: {
                readonly height: number;
                readonly width: number;
            };
            readonly model: {
                /** @description sha256 of the weights, as `sha256:<hex>`. */
                readonly digest: string;
                readonly name: string;
                readonly version: string;
            };
            readonly requestId: string;
            /** @constant */
            readonly task: "detection";
            /** @description Milliseconds a stage took for this request; those it did not need are 0. */
            readonly timings: {
                /** @description Reading the picture and scaling it to the model. */
                readonly decodeMs: number;
                readonly modelMs: number;
                readonly postprocessMs: number;
                /** @description Filling the tensor. */
                readonly preprocessMs: number;
                /** @description Waiting for a decoder and for an engine, or for an identical request under way. */
                readonly queueMs: number;
                /** @description From the whole body being there to the answer being ready. */
                readonly totalMs: number;
            };
        };
        readonly DetectionPredictionInput: {
            /** @description It cost no run of the model: the same was asked before, or is, for the same organization. Free. */
            readonly cached: boolean;
            /** @description Most confident first. */
            readonly detections: readonly components["schemas"]["DetectionInput"][];
            /** @description Pixels of the upright picture. */
            readonly image: {
                readonly height: number;
                readonly width: number;
            };
            readonly model: {
                /** @description sha256 of the weights, as `sha256:<hex>`. */
                readonly digest: string;
                readonly name: string;
                readonly version: string;
            };
            readonly requestId: string;
            /** @constant */
            readonly task: "detection";
            /** @description Milliseconds a stage took for this request; those it did not need are 0. */
            readonly timings: {
                /** @description Reading the picture and scaling it to the model. */
                readonly decodeMs: number;
                readonly modelMs: number;
                readonly postprocessMs: number;
                /** @description Filling the tensor. */
                readonly preprocessMs: number;
                /** @description Waiting for a decoder and for an engine, or for an identical request under way. */
                readonly queueMs: number;
                /** @description From the whole body being there to the answer being ready. */
                readonly totalMs: number;
            };
        };
        readonly EmbeddingPrediction: {
            /** @description It cost no run of the model: the same was asked before, or is, for the same organization. Free. */
            readonly cached: boolean;
            /** @description What looks alike has vectors that point the same way. */
            readonly embedding: readonly number[];
            /** @description Pixels of the upright picture. */
            readonly image: {
                readonly height: number;
                readonly width: number;
            };
            readonly model: {
                /** @description sha256 of the weights, as `sha256:<hex>`. */
                readonly digest: string;
                readonly name: string;
                readonly version: string;
            };
            readonly requestId: string;
            /** @constant */
            readonly task: "image-embedding";
            /** @description Milliseconds a stage took for this request; those it did not need are 0. */
            readonly timings: {
                /** @description Reading the picture and scaling it to the model. */
                readonly decodeMs: number;
                readonly modelMs: number;
                readonly postprocessMs: number;
                /** @description Filling the tensor. */
                readonly preprocessMs: number;
                /** @description Waiting for a decoder and for an engine, or for an identical request under way. */
                readonly queueMs: number;
                /** @description From the whole body being there to the answer being ready. */
                readonly totalMs: number;
            };
        };
        readonly EmbeddingPredictionInput: {
            /** @description It cost no run of the model: the same was asked before, or is, for the same organization. Free. */
            readonly cached: boolean;
            /** @description What looks alike has vectors that point the same way. */
            readonly embedding: readonly number[];
            /** @description Pixels of the upright picture. */
            readonly image: {
                readonly height: number;
                readonly width: number;
            };
            readonly model: {
                /** @description sha256 of the weights, as `sha256:<hex>`. */
                readonly digest: string;
                readonly name: string;
                readonly version: string;
            };
            readonly requestId: string;
            /** @constant */
            readonly task: "image-embedding";
            /** @description Milliseconds a stage took for this request; those it did not need are 0. */
            readonly timings: {
                /** @description Reading the picture and scaling it to the model. */
                readonly decodeMs: number;
                readonly modelMs: number;
                readonly postprocessMs: number;
                /** @description Filling the tensor. */
                readonly preprocessMs: number;
                /** @description Waiting for a decoder and for an engine, or for an identical request under way. */
                readonly queueMs: number;
                /** @description From the whole body being there to the answer being ready. */
                readonly totalMs: number;
            };
        };
        readonly FrameAnalysis: {
            /** @description It cost no run of the model: the same was asked before, or is, for the same organization. Free. */
            readonly cached: boolean;
            /** @description Most confident first. */
            readonly detections: readonly components["schemas"]["Detection"][];
            /** @description Pixels of the upright picture. */
            readonly image: {
                readonly height: number;
                readonly width: number;
            };
            readonly model: {
                /** @description sha256 of the weights, as `sha256:<hex>`. */
                readonly digest: string;
                readonly name: string;
                readonly version: string;
            };
            /** @description Where it was asked for: the picture with its objects drawn in, a JPEG in base64. */
            readonly overlay?: string;
            readonly requestId: string;
            /** @constant */
            readonly task: "detection";
            /** @description Milliseconds a stage took for this request; those it did not need are 0. */
            readonly timings: {
                /** @description Reading the picture and scaling it to the model. */
                readonly decodeMs: number;
                readonly modelMs: number;
                readonly postprocessMs: number;
                /** @description Filling the tensor. */
                readonly preprocessMs: number;
                /** @description Waiting for a decoder and for an engine, or for an identical request under way. */
                readonly queueMs: number;
                /** @description From the whole body being there to the answer being ready. */
                readonly totalMs: number;
            };
        };
        readonly FrameAnalysisInput: {
            /** @description It cost no run of the model: the same was asked before, or is, for the same organization. Free. */
            readonly cached: boolean;
            /** @description Most confident first. */
            readonly detections: readonly components["schemas"]["DetectionInput"][];
            /** @description Pixels of the upright picture. */
            readonly image: {
                readonly height: number;
                readonly width: number;
            };
            readonly model: {
                /** @description sha256 of the weights, as `sha256:<hex>`. */
                readonly digest: string;
                readonly name: string;
                readonly version: string;
            };
            /** @description Where it was asked for: the picture with its objects drawn in, a JPEG in base64. */
            readonly overlay?: string;
            readonly requestId: string;
            /** @constant */
            readonly task: "detection";
            /** @description Milliseconds a stage took for this request; those it did not need are 0. */
            readonly timings: {
                /** @description Reading the picture and scaling it to the model. */
                readonly decodeMs: number;
                readonly modelMs: number;
                readonly postprocessMs: number;
                /** @description Filling the tensor. */
                readonly preprocessMs: number;
                /** @description Waiting for a decoder and for an engine, or for an identical request under way. */
                readonly queueMs: number;
                /** @description From the whole body being there to the answer being ready. */
                readonly totalMs: number;
            };
        };
        readonly ListedModel: {
            /** @description Of its file once it is here. Of models of the catalogue. */
            readonly byteSize: number | null;
            /** @description How far the fetching of it is; null where nobody asked for it, and once it is done. That it was in vain is told to who may manage models. */
            readonly install: {
                readonly doneBytes: number;
                /** @description Why it did not work out; null while it is under way. */
                readonly problem: {
                    readonly code: string;
                    readonly message: string;
                } | null;
                /** @description Null while nobody knows. */
                readonly totalBytes: number | null;
            } | null;
            /** @description It answers where no model is named. */
            readonly isDefault: boolean;
            /** @description It can be added by its name. */
            readonly isInCatalogue: boolean;
            /** @description Its files are here, loaded or not. */
            readonly isInstalled: boolean;
            readonly licence: string | null;
            readonly name: string;
            readonly source: string | null;
            /** @description What it is good for. Of models of the catalogue. */
            readonly summary: string | null;
            readonly task: string | null;
            /** @description Newest first. */
            readonly versions: readonly {
                /** @description Why it is not ready, or why newer files were refused; empty otherwise. */
                readonly reason: string;
                /** @enum {string} */
                readonly state: "LOADING" | "READY" | "UNLOADING" | "UNAVAILABLE";
                /** @description Empty where no version is known. */
                readonly version: string;
            }[];
        };
        readonly ListedModelInput: {
            /** @description Of its file once it is here. Of models of the catalogue. */
            readonly byteSize: number | null;
            /** @description How far the fetching of it is; null where nobody asked for it, and once it is done. That it was in vain is told to who may manage models. */
            readonly install: {
                readonly doneBytes: number;
                /** @description Why it did not work out; null while it is under way. */
                readonly problem: {
                    readonly code: string;
                    readonly message: string;
                } | null;
                /** @description Null while nobody knows. */
                readonly totalBytes: number | null;
            } | null;
            /** @description It answers where no model is named. */
            readonly isDefault: boolean;
            /** @description It can be added by its name. */
            readonly isInCatalogue: boolean;
            /** @description Its files are here, loaded or not. */
            readonly isInstalled: boolean;
            readonly licence: string | null;
            readonly name: string;
            readonly source: string | null;
            /** @description What it is good for. Of models of the catalogue. */
            readonly summary: string | null;
            readonly task: string | null;
            /** @description Newest first. */
            readonly versions: readonly {
                /** @description Why it is not ready, or why newer files were refused; empty otherwise. */
                readonly reason: string;
                /** @enum {string} */
                readonly state: "LOADING" | "READY" | "UNLOADING" | "UNAVAILABLE";
                /** @description Empty where no version is known. */
                readonly version: string;
            }[];
        };
        readonly Model: {
            readonly digest: string;
            /** @description Pixels that the network sees. */
            readonly input?: {
                readonly height: number;
                readonly width: number;
            };
            readonly inputs: readonly components["schemas"]["TensorSpec"][];
            /** @description It answers where no model is named. */
            readonly isDefault: boolean;
            readonly labels: readonly string[];
            readonly licence: string;
            readonly name: string;
            readonly outputs: readonly components["schemas"]["TensorSpec"][];
            /** @description Where it runs, and how. */
            readonly placement: {
                readonly batchDelayMs: number;
                /** @description Requests that may share a run. */
                readonly batchSizeMax: number;
                readonly engineCount: number;
                /** @description Threads of one run. */
                readonly intraThreads: number;
                /** @enum {string} */
                readonly kind: "threads" | "processes" | "inline" | "remote";
                /** @description What the network runs on, such as `cpu`. */
                readonly provider: string;
            };
            readonly source: string;
            /** @enum {string} */
            readonly task: "detection" | "classification" | "image-embedding" | "text-embedding" | "tensors";
            readonly thresholds?: {
                readonly candidate: number;
                readonly confidence: number;
                readonly overlap: number;
            };
            readonly version: string;
        };
        readonly ModelInput: {
            readonly digest: string;
            /** @description Pixels that the network sees. */
            readonly input?: {
                readonly height: number;
                readonly width: number;
            };
            readonly inputs: readonly components["schemas"]["TensorSpecInput"][];
            /** @description It answers where no model is named. */
            readonly isDefault: boolean;
            readonly labels: readonly string[];
            readonly licence: string;
            readonly name: string;
            readonly outputs: readonly components["schemas"]["TensorSpecInput"][];
            /** @description Where it runs, and how. */
            readonly placement: {
                readonly batchDelayMs: number;
                /** @description Requests that may share a run. */
                readonly batchSizeMax: number;
                readonly engineCount: number;
                /** @description Threads of one run. */
                readonly intraThreads: number;
                /** @enum {string} */
                readonly kind: "threads" | "processes" | "inline" | "remote";
                /** @description What the network runs on, such as `cpu`. */
                readonly provider: string;
            };
            readonly source: string;
            /** @enum {string} */
            readonly task: "detection" | "classification" | "image-embedding" | "text-embedding" | "tensors";
            readonly thresholds?: {
                readonly candidate: number;
                readonly confidence: number;
                readonly overlap: number;
            };
            readonly version: string;
        };
        readonly PictureInJson: {
            /** @description The picture file in base64; a `data:` URL will do. */
            readonly image: string;
        };
        readonly PictureInJsonInput: {
            /** @description The picture file in base64; a `data:` URL will do. */
            readonly image: string;
        };
        /** @description What a model says of a picture; `task` tells which shape it has. */
        readonly Prediction: components["schemas"]["DetectionPrediction"] | components["schemas"]["ClassificationPrediction"] | components["schemas"]["EmbeddingPrediction"];
        /** @description What a model says of a picture; `task` tells which shape it has. */
        readonly PredictionInput: components["schemas"]["DetectionPredictionInput"] | components["schemas"]["ClassificationPredictionInput"] | components["schemas"]["EmbeddingPredictionInput"];
        /** @description Every refusal has this shape: RFC 9457, and `error` as the server has it. Branch on `code`, never on a text. */
        readonly Problem: {
            readonly detail: string;
            readonly error: {
                readonly code: string;
                readonly details?: {
                    readonly [key: string]: unknown;
                };
                readonly docs: string;
                /** @description What to do about it. */
                readonly hint: string;
                readonly message: string;
                readonly requestId: string;
                /** @description Whether the very same request can succeed later. */
                readonly retryable: boolean;
                readonly retryAfterMs?: number;
            };
            /** @description This one occurrence: it ends with the request id. */
            readonly instance: string;
            readonly status: number;
            /** @description A name of the code, always the same. */
            readonly title: string;
            /** @description Answers with what the code means. */
            readonly type: string;
        };
        /** @description Every refusal has this shape: RFC 9457, and `error` as the server has it. Branch on `code`, never on a text. */
        readonly ProblemInput: {
            readonly detail: string;
            readonly error: {
                readonly code: string;
                readonly details?: {
                    readonly [key: string]: unknown;
                };
                readonly docs: string;
                /** @description What to do about it. */
                readonly hint: string;
                readonly message: string;
                readonly requestId: string;
                /** @description Whether the very same request can succeed later. */
                readonly retryable: boolean;
                readonly retryAfterMs?: number;
            };
            /** @description This one occurrence: it ends with the request id. */
            readonly instance: string;
            readonly status: number;
            /** @description A name of the code, always the same. */
            readonly title: string;
            /** @description Answers with what the code means. */
            readonly type: string;
        };
        readonly Readiness: {
            readonly parts: {
                readonly [key: string]: {
                    readonly ok: boolean;
                    readonly problem?: string;
                };
            };
            /** @enum {string} */
            readonly status: "ready" | "not ready";
        };
        readonly ReadinessInput: {
            readonly parts: {
                readonly [key: string]: {
                    readonly ok: boolean;
                    readonly problem?: string;
                };
            };
            /** @enum {string} */
            readonly status: "ready" | "not ready";
        };
        readonly TensorSpec: {
            /** @description null: any size. */
            readonly dims: readonly (number | null)[];
            readonly name: string;
            /** @enum {string} */
            readonly type: "bool" | "uint8" | "uint16" | "uint32" | "uint64" | "int8" | "int16" | "int32" | "int64" | "float16" | "float32" | "float64" | "string";
        };
        readonly TensorSpecInput: {
            /** @description null: any size. */
            readonly dims: readonly (number | null)[];
            readonly name: string;
            /** @enum {string} */
            readonly type: "bool" | "uint8" | "uint16" | "uint32" | "uint64" | "int8" | "int16" | "int32" | "int64" | "float16" | "float32" | "float64" | "string";
        };
        readonly TextEmbeddings: {
            /** @description It cost no run of the model: the same was asked before, or is, for the same organization. Free. */
            readonly cached: boolean;
            /** @description One vector a text, in the order of the texts. */
            readonly embeddings: readonly (readonly number[])[];
            readonly model: {
                /** @description sha256 of the weights, as `sha256:<hex>`. */
                readonly digest: string;
                readonly name: string;
                readonly version: string;
            };
            readonly requestId: string;
            /** @constant */
            readonly task: "text-embedding";
            /** @description Milliseconds a stage took for this request; those it did not need are 0. */
            readonly timings: {
                /** @description Reading the picture and scaling it to the model. */
                readonly decodeMs: number;
                readonly modelMs: number;
                readonly postprocessMs: number;
                /** @description Filling the tensor. */
                readonly preprocessMs: number;
                /** @description Waiting for a decoder and for an engine, or for an identical request under way. */
                readonly queueMs: number;
                /** @description From the whole body being there to the answer being ready. */
                readonly totalMs: number;
            };
            /** @description Tokens of each text that were looked at; what is longer is cut. */
            readonly tokenCounts: readonly number[];
        };
        readonly TextEmbeddingsInput: {
            /** @description It cost no run of the model: the same was asked before, or is, for the same organization. Free. */
            readonly cached: boolean;
            /** @description One vector a text, in the order of the texts. */
            readonly embeddings: readonly (readonly number[])[];
            readonly model: {
                /** @description sha256 of the weights, as `sha256:<hex>`. */
                readonly digest: string;
                readonly name: string;
                readonly version: string;
            };
            readonly requestId: string;
            /** @constant */
            readonly task: "text-embedding";
            /** @description Milliseconds a stage took for this request; those it did not need are 0. */
            readonly timings: {
                /** @description Reading the picture and scaling it to the model. */
                readonly decodeMs: number;
                readonly modelMs: number;
                readonly postprocessMs: number;
                /** @description Filling the tensor. */
                readonly preprocessMs: number;
                /** @description Waiting for a decoder and for an engine, or for an identical request under way. */
                readonly queueMs: number;
                /** @description From the whole body being there to the answer being ready. */
                readonly totalMs: number;
            };
            /** @description Tokens of each text that were looked at; what is longer is cut. */
            readonly tokenCounts: readonly number[];
        };
        readonly Texts: {
            /** @default minilm */
            readonly model: string;
            readonly texts: readonly string[];
        };
        readonly TextsInput: {
            /** @default minilm */
            readonly model: string;
            readonly texts: readonly string[];
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
