// SUCCESS: order a-in a-out b-in b-out
def order = []
parallel a: { lock('staging') { order << 'a-in'; sleep 5; order << 'a-out' } },
    b: { sleep 1; lock(resource: 'staging') { order << 'b-in'; echo 'in'; order << 'b-out' } }
echo "order ${order.join(' ')}"
