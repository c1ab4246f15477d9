// echo.message expects String but received java.lang.Integer
echo 5
