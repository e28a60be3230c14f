/** Programs of the graphics card: each pixel meets its ball, cone or ellipsoid exactly, whatever the zoom. */

/** Shared: the ray of a pixel, the light, the depth cue, and where a hit lies in depth. */
const COMMON = `
precision highp float;
uniform mat4 projectionMatrix;
uniform float perspective;
uniform vec3 paper;
uniform vec3 ink;
uniform vec3 haze;
uniform vec4 rings[2];

void rayTo(vec3 point, out vec3 from, out vec3 along) {
  from = perspective > 0.5 ? vec3(0.0) : vec3(point.xy, 0.0);
  along = perspective > 0.5 ? normalize(point) : vec3(0.0, 0.0, -1.0);
}

float depthOf(vec3 point) {
  vec2 clip = vec2(projectionMatrix[2].z * point.z + projectionMatrix[3].z, projectionMatrix[2].w * point.z + projectionMatrix[3].w);
  return clamp(0.5 + 0.5 * clip.x / clip.y, 0.0, 1.0);
}

vec3 hazed(vec3 color, float z) {
  float share = clamp((-z - haze.x) / (haze.y - haze.x), 0.0, 1.0);
  return mix(color, paper, haze.z * share * share * (3.0 - 2.0 * share));
}

vec3 lit(vec3 color, vec3 normal, vec3 along, float open) {
  vec3 key = normalize(vec3(-0.45, 0.72, 0.75));
  float front = max(dot(normal, key), 0.0);
  float sky = 0.5 + 0.5 * normal.y;
  float facing = max(-dot(normal, along), 0.0);
  float shine = pow(max(dot(normal, normalize(key - along)), 0.0), 36.0);
  vec3 around = mix(vec3(0.50, 0.51, 0.55), vec3(0.74, 0.75, 0.76), sky) * open;
  vec3 body = color * (around + vec3(0.43, 0.42, 0.40) * front * mix(0.4, 1.0, open));
  return body * mix(0.72, 1.0, smoothstep(0.0, 0.55, facing)) + vec3(0.22) * shine * open;
}
`;

const VERTEX = `
uniform mat4 modelViewMatrix;
uniform float pixel;
float pixelAt(float z) { return perspective > 0.5 ? -z * pixel : pixel; }
vec3 facing(vec3 center, vec2 corner, float reach) {
  if (perspective < 0.5) return center + vec3(corner * reach, 0.0);
  float far2 = dot(center, center);
  vec3 back = -center * inversesqrt(far2);
  vec3 right = normalize(cross(vec3(0.0, 1.0, 0.0), back));
  // The outline that the eye sees is a little wider than the middle.
  float wide = reach * sqrt(far2 / max(far2 - reach * reach, 0.01 * far2));
  return center + wide * (corner.x * right + corner.y * cross(back, right));
}
`;

export const BALL_VERTEX = `${COMMON}${VERTEX}
in vec2 position;
in vec4 place;
in vec4 tint;
in vec4 shade;
flat out vec3 center;
flat out vec3 size;
flat out vec3 color;
flat out vec4 shadow;
flat out int ring;
out vec3 point;
void main() {
  center = (modelViewMatrix * vec4(place.xyz, 1.0)).xyz;
  ring = int(tint.a * 255.0 + 0.5);
  float edge = rings[ring].a * pixelAt(center.z);
  size = vec3(place.w, place.w + edge, 0.0);
  color = tint.rgb;
  shadow = vec4(mat3(modelViewMatrix) * shade.xyz, shade.w);
  point = facing(center, position, size.y);
  gl_Position = projectionMatrix * vec4(point, 1.0);
}
`;

export const BALL_FRAGMENT = `${COMMON}
flat in vec3 center;
flat in vec3 size;
flat in vec3 color;
flat in vec4 shadow;
flat in int ring;
in vec3 point;
out vec4 shown;
void main() {
  vec3 from, along;
  rayTo(point, from, along);
  vec3 away = from - center;
  float middle = -dot(away, along);
  vec3 nearest = away + middle * along;
  float off = dot(nearest, nearest);
  if (off > size.y * size.y) discard;
  float inside = size.x * size.x - off;
  if (inside < 0.0) {
    vec3 hit = from + middle * along;
    shown = vec4(hazed(ring == 0 ? mix(color, ink, 0.72) : rings[ring].rgb, hit.z), 1.0);
    gl_FragDepth = depthOf(hit);
    return;
  }
  vec3 hit = from + (middle - sqrt(inside)) * along;
  vec3 normal = (hit - center) / size.x;
  float open = 1.0 - clamp(shadow.w + dot(shadow.xyz, normal), 0.0, 0.86);
  shown = vec4(hazed(lit(color, normal, along, open), hit.z), 1.0);
  gl_FragDepth = depthOf(hit);
}
`;

export const CONE_VERTEX = `${COMMON}${VERTEX}
in vec2 position;
in vec4 start;
in vec4 stop;
in vec4 startTint;
in vec4 stopTint;
flat out vec4 one;
flat out vec4 two;
flat out vec4 oneTint;
flat out vec4 twoTint;
flat out float edge;
out vec3 point;
void main() {
  one = vec4((modelViewMatrix * vec4(start.xyz, 1.0)).xyz, start.w);
  two = vec4((modelViewMatrix * vec4(stop.xyz, 1.0)).xyz, stop.w);
  oneTint = startTint;
  twoTint = stopTint;
  vec3 middle = 0.5 * (one.xyz + two.xyz);
  // Thin lines would be all outline.
  edge = min(rings[0].a * pixelAt(middle.z), 0.4 * max(one.w, two.w));
  // A strip from one end to the other that faces the eye, a little longer and wider than what it shows.
  vec3 axis = two.xyz - one.xyz;
  vec3 gaze = perspective > 0.5 ? normalize(middle) : vec3(0.0, 0.0, -1.0);
  vec3 beside = cross(axis, gaze);
  float slant = length(beside);
  beside = slant > 1e-5 * length(axis) ? beside / slant : normalize(cross(vec3(0.0, 1.0, 0.001), gaze));
  vec3 onward = cross(gaze, beside);
  float reach = 1.12 * (max(one.w, two.w) + edge);
  point = (position.y < 0.0 ? one.xyz : two.xyz) + reach * (position.x * beside + position.y * onward);
  gl_Position = projectionMatrix * vec4(point, 1.0);
}
`;

// The intersection of a ray with a capped cone as Inigo Quilez writes it (MIT License).
export const CONE_FRAGMENT = `${COMMON}
flat in vec4 one;
flat in vec4 two;
flat in vec4 oneTint;
flat in vec4 twoTint;
flat in float edge;
in vec3 point;
out vec4 shown;

vec4 meet(vec3 from, vec3 along, vec3 a, vec3 b, float ra, float rb) {
  vec3 ba = b - a, oa = from - a, ob = from - b;
  float m0 = dot(ba, ba), m1 = dot(oa, ba), m2 = dot(along, ba), m3 = dot(along, oa), m5 = dot(oa, oa), m9 = dot(ob, ba);
  if (m1 < 0.0) {
    vec3 q = oa * m2 - along * m1;
    if (dot(q, q) < ra * ra * m2 * m2) return vec4(-ba * inversesqrt(m0), -m1 / m2);
  } else if (m9 > 0.0) {
    vec3 q = ob - along * (m9 / m2);
    if (dot(q, q) < rb * rb) return vec4(ba * inversesqrt(m0), -m9 / m2);
  }
  float rr = ra - rb, hy = m0 + rr * rr;
  float k2 = m0 * m0 - m2 * m2 * hy;
  float k1 = m0 * m0 * m3 - m1 * m2 * hy + m0 * ra * rr * m2;
  float k0 = m0 * m0 * m5 - m1 * m1 * hy + m0 * ra * (rr * m1 * 2.0 - m0 * ra);
  float h = k1 * k1 - k2 * k0;
  if (h < 0.0) return vec4(0.0, 0.0, 0.0, -1.0);
  float t = (-k1 - sqrt(h)) / k2, y = m1 + t * m2;
  if (y < 0.0 || y > m0) return vec4(0.0, 0.0, 0.0, -1.0);
  return vec4(normalize(m0 * (m0 * (oa + t * along) + rr * ba * ra) - ba * hy * y), t);
}

void main() {
  vec3 from, along;
  rayTo(point, from, along);
  vec3 middle = 0.5 * (one.xyz + two.xyz);
  // Starting near the cone keeps the digits of single precision for its radius.
  float skip = dot(middle - from, along) - 0.5 * distance(one.xyz, two.xyz) - 2.0 * (max(one.w, two.w) + edge);
  from += skip * along;
  vec4 found = meet(from, along, one.xyz, two.xyz, one.w, two.w);
  bool rim = found.w < 0.0;
  if (rim) found = meet(from, along, one.xyz, two.xyz, one.w + edge, two.w + edge);
  if (found.w < 0.0) discard;
  vec3 hit = from + found.w * along;
  vec3 axis = two.xyz - one.xyz;
  vec4 tint = dot(hit - middle, axis) < 0.0 ? oneTint : twoTint;
  vec3 color = rim ? mix(tint.rgb, ink, 0.72) : lit(tint.rgb, found.xyz, along, 1.0);
  // The rim lies behind the cone's middle, so that balls and other cones cover it.
  if (rim) hit += along * max(one.w, two.w);
  shown = vec4(hazed(color, hit.z), tint.a);
  gl_FragDepth = depthOf(hit);
}
`;

export const ELLIPSOID_VERTEX = `${COMMON}${VERTEX}
in vec2 position;
in vec3 middle;
in vec3 axisA;
in vec3 axisB;
in vec3 axisC;
in vec4 tint;
flat out vec3 center;
flat out mat3 toUnit;
flat out vec4 color;
out vec3 point;
void main() {
  center = (modelViewMatrix * vec4(middle, 1.0)).xyz;
  mat3 axes = mat3(modelViewMatrix) * mat3(axisA, axisB, axisC);
  toUnit = inverse(axes);
  color = tint;
  float reach = max(length(axisA), max(length(axisB), length(axisC)));
  point = facing(center, position, reach);
  gl_Position = projectionMatrix * vec4(point, 1.0);
}
`;

export const ELLIPSOID_FRAGMENT = `${COMMON}
flat in vec3 center;
flat in mat3 toUnit;
flat in vec4 color;
in vec3 point;
out vec4 shown;
void main() {
  vec3 from, along;
  rayTo(point, from, along);
  vec3 start = toUnit * (from - center), way = toUnit * along;
  float a = dot(way, way), b = dot(start, way);
  vec3 nearest = start - (b / a) * way;
  float inside = 1.0 - dot(nearest, nearest);
  if (inside < 0.0) discard;
  float t = (-b - sqrt(inside * a)) / a;
  vec3 normal = normalize(transpose(toUnit) * (start + t * way));
  vec3 hit = from + t * along;
  // What one looks through is denser where it is seen from the side.
  float alpha = color.a > 0.999 ? 1.0 : mix(min(1.0, color.a * 1.7), color.a, smoothstep(0.0, 0.7, -dot(normal, along)));
  shown = vec4(hazed(lit(color.rgb, normal, along, 1.0), hit.z), alpha);
  gl_FragDepth = depthOf(hit);
}
`;

export const FACE_VERTEX = `${COMMON}${VERTEX}
in vec3 position;
in vec3 normal;
in vec4 tint;
out vec3 point;
out vec3 up;
out vec4 color;
void main() {
  point = (modelViewMatrix * vec4(position, 1.0)).xyz;
  up = mat3(modelViewMatrix) * normal;
  color = tint;
  gl_Position = projectionMatrix * vec4(point, 1.0);
}
`;

export const FACE_FRAGMENT = `${COMMON}
in vec3 point;
in vec3 up;
in vec4 color;
out vec4 shown;
void main() {
  vec3 from, along;
  rayTo(point, from, along);
  vec3 normal = normalize(up);
  if (dot(normal, along) > 0.0) normal = -normal;
  shown = vec4(hazed(lit(color.rgb, normal, along, 1.0), point.z), color.a);
}
`;

/** Copies the finished picture, four pixels into one where it was drawn twice as fine. */
export const COPY_VERTEX = `
precision highp float;
in vec2 position;
uniform vec2 share;
out vec2 place;
void main() {
  place = (0.5 + 0.5 * position) * share;
  gl_Position = vec4(position, 0.0, 1.0);
}
`;

export const COPY_FRAGMENT = `
precision highp float;
uniform sampler2D picture;
in vec2 place;
out vec4 shown;
void main() {
  shown = texture(picture, place);
}
`;
