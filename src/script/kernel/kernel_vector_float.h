/* The operations on float32 that kernel_vector_body.h does not have. */

UNARY(sin, float_sine(x, 0))
UNARY(cos, float_sine(x, 1))
UNARY(exp, float_exp(x))
UNARY(log, float_log(x))
BINARY(power, float_power(x, y))

BINARY(modulo, float_modulo(x, y))

TERNARY(multiply_add, float_fma(x, y, z))
TERNARY(multiply_subtract, float_fma(x, y, -z))
TERNARY(subtract_product, float_fma(-x, y, z))
TERNARY(add_add, x + y + z)
