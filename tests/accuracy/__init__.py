"""How exact every loss is, judged by its own formula at as many digits as the value needs."""
